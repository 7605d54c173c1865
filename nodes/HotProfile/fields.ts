/** Declares fields of HotProfile: its time zone and how its wire names become parameter names. */

import type { Fields, FieldSpec } from '../shared/fields';
import { fields, parameterName } from '../shared/fields';

/** `search[client][name_kana]` becomes `clientNameKana`; `search` and `page` only say where a name belongs. */
export const hotProfileParameterName = (wire: string): string => parameterName(wire.replace(/^(search|page)\[/, ''));

export const hotProfileFields = <Wire extends string>(specs: Record<Wire, FieldSpec>): Fields<Wire> =>
	fields('Asia/Tokyo', specs, {}, hotProfileParameterName);
