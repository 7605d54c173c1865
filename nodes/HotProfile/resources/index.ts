/** The resources of HotProfile, in the order in which the editor shows them. */

import type { Resource } from '../../shared/fields/operations';
import { businessCard } from './businessCard';
import { client } from './client';
import { lead } from './lead';

export const resources: Resource[] = [businessCard, client, lead];
