/** The methods of the HotProfile node that the editor calls. */

export * as listSearch from './listSearch';
