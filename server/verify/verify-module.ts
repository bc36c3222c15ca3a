import { contract } from '@shared/kernel/contract.ts';
import { implement, type ServerModule } from '../modules/module.ts';

const nothing = contract('verify', {});

/** Channels that everybody may subscribe to, in any number: rooms are given by the server. */
export const verifyModule = (): ServerModule =>
  implement(
    nothing,
    {},
    {
      channels: [
        { prefix: 'verify', kind: 'journalled', maySubscribe: () => true, accepts: () => true },
        { prefix: 'verify_signal', kind: 'ephemeral', maySubscribe: () => true, accepts: () => true },
      ],
    },
  );
