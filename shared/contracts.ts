import { auth } from './auth/contract.ts';
import { chat } from './chat/contract.ts';
import { hub } from './hub/contract.ts';
import type { Contract } from './kernel/contract.ts';
import { metrics } from './metrics/contract.ts';
import { modules } from './modules/contract.ts';
import { people } from './people/contract.ts';

/** Every built-in module's contract. Browser code imports the type alone, so that no schema reaches the page. */
export const contracts = { auth, people, chat, metrics, modules, hub };
export type Contracts = typeof contracts;

export const contractList: readonly Contract[] = Object.values(contracts);
