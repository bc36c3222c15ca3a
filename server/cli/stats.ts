import type { Stats } from '@shared/hub/stats.ts';
import type { Command } from 'commander';
import { dataPaths } from '../platform/data-folder.ts';
import { readSecrets } from '../platform/secrets.ts';
import { bytes } from './bytes.ts';
import { CommandError } from './command-error.ts';
import type { CommandHost } from './commands.ts';
import { settingsOf, withSettings } from './config-options.ts';
import { configOf } from './context.ts';
import { asSystemOfRunning } from './system-caller.ts';
import { table } from './table.ts';
import { timespan } from './timespan.ts';

interface StatsOptions {
  showToken?: true;
  json?: true;
}

const ms = (value: number | null): string => (value === null ? '–' : `${value.toFixed(1)} ms`);

/** Of the last minute or two. */
const within = ({ p50, p99 }: { p50: number | null; p99: number | null }): string =>
  p50 === null ? 'none lately' : `half within ${ms(p50)}, 99 of 100 within ${ms(p99)}`;

const listed = (counts: Record<string, number>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name}: ${count}`)
    .join(', ') || 'none';

const linesOf = (stats: Stats, now: number): [string, string][] => {
  const { connections, channels, traffic, queues, recoveries, ackLatency, commits, eventLoop, memory } = stats;
  const { websocket, sse, poll } = connections;
  return [
    ['up', timespan(now - stats.startedAt)],
    ['connections', `${listed({ websocket, sse, poll })}; ${stats.sessions} sessions of ${stats.users} people`],
    ['of modules', `${connections.stream} streams, ${connections.socket} sockets`],
    ['let in', `${stats.opened} since the start; refused ${listed(stats.refused)}`],
    ['closed', listed(stats.closed)],
    ['channels', `${channels.occupied} with ${channels.subscriptions} subscriptions`],
    ['received', `${traffic.framesIn} frames, ${bytes(traffic.bytesIn)}; refused ${listed(stats.refusedFrames)}`],
    ['sent', `${traffic.framesOut} frames, ${bytes(traffic.bytesOut)}`],
    ['waiting', `${queues.inbound} frames in, ${bytes(queues.outboundBytes)} out`],
    ['recoveries', `${recoveries.recovered} whole, ${recoveries.lost} not, ${recoveries.events} events`],
    ['answers', within(ackLatency)],
    ['commits', `${commits.count} with ${commits.writes} writes, ${within(commits.duration)}`],
    ['event loop', `late: ${within(eventLoop)}`],
    ['memory', `${bytes(memory.resident)}, ${bytes(memory.heap)} of it objects`],
    ['processor', `${stats.cpu.toFixed(1)} s`],
    ['journal', `${stats.journal.seq} events in epoch ${stats.journal.epoch}`],
    ['http', listed(stats.requests)],
  ];
};

/** `hearth stats`. */
export function addStatsCommand({ program, context }: CommandHost): void {
  withSettings(program.command('stats'), ['data'])
    .description('show what the server that runs is doing')
    .option('--show-token', 'print the token for /metrics instead')
    .option('--json', 'as JSON, for scripts')
    .action(async (options: StatsOptions, command: Command) => {
      const config = configOf(context, settingsOf(command));
      const { terminal } = context;
      if (options.showToken) {
        const token = config.metricsToken ?? readSecrets(dataPaths(config.data).secrets)?.metricsToken;
        if (token === undefined)
          throw new CommandError(`There is no token in ${config.data} yet: starting hearth once makes it`);
        return terminal.write(`${token}\n`);
      }
      const stats = await asSystemOfRunning(context, config, (caller) => caller.call('hub', 'stats', {}));
      if (options.json) return terminal.write(`${JSON.stringify(stats, null, 2)}\n`);
      terminal.write(table(['', ''], linesOf(stats, context.clock.now())).trimStart());
      if (stats.channels.top.length === 0) return;
      terminal.write('\n');
      terminal.write(
        table(
          ['BUSIEST CHANNEL', 'CONNECTIONS'],
          stats.channels.top.map(({ channel, connections }) => [channel, String(connections)]),
        ),
      );
    });
}
