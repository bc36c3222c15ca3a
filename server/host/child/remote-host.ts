import type { Result } from '@shared/kernel/result.ts';
import type { HostApi } from '../instance.ts';
import type { Link } from '../link/link.ts';

/** Calls into Hearth at once; more wait here. The host ends a module that has more under way. */
export const MOST_CALLS = 256;
const LINE = 8000;

/** The host as the module's process has it: over the link. */
export function remoteHost(link: Link): HostApi {
  let running = 0;
  const waiting: (() => void)[] = [];
  return {
    async call(request) {
      if (running >= MOST_CALLS) await new Promise<void>((resolve) => waiting.push(resolve));
      else running++;
      try {
        return (await link.request('hearth', request).answer) as Result<unknown>;
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running--;
      }
    },
    publish: (event, payload) => link.note('publish', { event, payload }),
    log: (level, text) => link.note('log', { level, text: text.slice(0, LINE) }),
    sockets: {
      send: (peerId, message) => link.note('send', { peerId, message }),
      broadcast: (handler, room, message) => link.note('broadcast', { handler, room, message }),
      join: (peerId, room) => link.note('join', { peerId, room }),
      leave: (peerId, room) => link.note('leave', { peerId, room }),
      close: (peerId, code, reason) => link.note('close', { peerId, code, reason }),
    },
  };
}
