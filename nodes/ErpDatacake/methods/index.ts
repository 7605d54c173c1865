/** The methods of the ERP Datacake node that the editor calls. */

export * as listSearch from './listSearch';
