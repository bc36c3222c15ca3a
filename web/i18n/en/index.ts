import { account } from './account.ts';
import { admin } from './admin.ts';
import { chat } from './chat.ts';
import { common } from './common.ts';
import { connection } from './connection.ts';
import { dashboard } from './dashboard.ts';
import { docs } from './docs.ts';
import { errors } from './errors.ts';
import { moduleFrame } from './module-frame.ts';
import { modules } from './modules.ts';
import { people } from './people.ts';
import { settings } from './settings.ts';

export const en = {
  ...common,
  ...connection,
  ...errors,
  ...account,
  ...people,
  ...settings,
  ...docs,
  ...chat,
  ...dashboard,
  ...admin,
  ...modules,
  ...moduleFrame,
} as const;
