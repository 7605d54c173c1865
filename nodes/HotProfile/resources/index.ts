import type { Resource } from '../../shared/fields/operations';
import { businessCard } from './businessCard';
import { client } from './client';
import { lead } from './lead';

/** The resources in the order in which the editor shows them. */
export const resources: Resource[] = [businessCard, client, lead];
