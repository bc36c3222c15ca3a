import { readdirSync } from 'node:fs';
import { Exposition, type Samples } from './exposition.ts';
import { type Observed, openOf, queuesOf, sessionCount } from './figures.ts';

export interface Build {
  version: string;
  build: string;
}

const by = (label: string, counts: Iterable<readonly [string | number, number]>): Samples =>
  [...counts].map(([name, count]) => [{ [label]: String(name) }, count] as const);

/** Open file descriptors, where the system tells. */
const descriptors = (): number | undefined => {
  if (process.platform !== 'linux') return undefined;
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return undefined;
  }
};

function writeConnections(page: Exposition, { connections, statistics, live, online, occupancy }: Observed): void {
  page.gauge(
    'hearth_connections',
    'Open connections: of the hub by websocket, sse and poll; of modules by stream and socket.',
    by('transport', Object.entries(openOf({ connections, live }))),
  );
  page.gauge('hearth_sessions', 'Sessions with a connection of the hub.', sessionCount(connections));
  page.gauge('hearth_users_connected', 'People with a connection of the hub.', connections.userCount);
  page.gauge('hearth_users_online', 'People who count as online.', online());
  page.counter('hearth_connections_opened_total', 'Connections let in.', statistics.opened);
  page.counter('hearth_connections_closed_total', 'Connections closed, by code.', by('code', statistics.closes));
  page.counter(
    'hearth_connections_refused_total',
    'Connections refused before the upgrade, by reason.',
    by('reason', Object.entries(statistics.refusals)),
  );
  let [channels, subscriptions] = [0, 0];
  for (const [, count] of occupancy()) {
    channels++;
    subscriptions += count;
  }
  page.gauge('hearth_channels', 'Channels with a subscriber.', channels);
  page.gauge('hearth_subscriptions', 'Channels of all connections, added up.', subscriptions);
}

function writeTraffic(page: Exposition, { connections, statistics }: Observed): void {
  page.counter('hearth_frames_total', 'Frames received and sent.', [
    [{ direction: 'in' }, statistics.framesIn],
    [{ direction: 'out' }, statistics.framesOut],
  ]);
  page.counter('hearth_frame_bytes_total', 'Bytes of the frames received and sent.', [
    [{ direction: 'in' }, statistics.bytesIn],
    [{ direction: 'out' }, statistics.bytesOut],
  ]);
  page.counter(
    'hearth_frames_refused_total',
    'Frames refused unread, by error code.',
    by('code', statistics.refusedFrames),
  );
  const queues = queuesOf(connections);
  page.gauge('hearth_inbound_queue_frames', 'Frames that wait to be handled.', queues.inbound);
  page.gauge('hearth_inbound_queue_longest_frames', 'Frames that wait on the worst connection.', queues.longest);
  page.gauge('hearth_outbound_queue_bytes', 'Bytes that wait for slow readers.', queues.outboundBytes);
  page.histogram(
    'hearth_ack_latency_seconds',
    'From the arrival of a frame to its answer; one frame of a connection is timed at once.',
    statistics.ackLatency,
  );
}

function writeStorage(page: Exposition, { statistics, journal }: Observed): void {
  page.histogram('hearth_commit_writes', 'Writes that shared a commit.', statistics.commitSize);
  page.histogram('hearth_commit_duration_seconds', 'How long a commit took.', statistics.commitDuration);
  page.gauge('hearth_journal_seq', 'Number of the newest event of the journal.', journal.seq);
  page.gauge('hearth_journal_info', 'The epoch within which the numbers only grow.', [[{ epoch: journal.epoch }, 1]]);
  page.counter('hearth_recoveries_total', 'Subscriptions with a cursor, by whether nothing was missing after them.', [
    [{ result: 'recovered' }, statistics.recovered],
    [{ result: 'lost' }, statistics.lost],
  ]);
  page.counter('hearth_recovered_events_total', 'Events sent once more by recovery.', statistics.replayed);
}

function writeProcess(page: Exposition, { statistics, requests }: Observed, { version, build }: Build): void {
  page.counter(
    'hearth_http_requests_total',
    'HTTP requests answered, by class of status.',
    by('status', Object.entries(requests())),
  );
  page.histogram('hearth_event_loop_delay_seconds', 'How late the event loop was.', statistics.loopDelay);
  page.gauge('hearth_build_info', 'The build that runs.', [[{ version, build, bun: Bun.version }, 1]]);
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  page.gauge('hearth_heap_bytes', 'Memory that script objects take.', heapUsed);
  page.gauge('process_resident_memory_bytes', 'Resident memory size in bytes.', rss);
  page.counter('process_cpu_seconds_total', 'User and system CPU time spent in seconds.', (user + system) / 1e6);
  page.gauge(
    'process_start_time_seconds',
    'Start time of the process since unix epoch in seconds.',
    statistics.startedAt / 1000,
  );
  const open = descriptors();
  if (open !== undefined) page.gauge('process_open_fds', 'Number of open file descriptors.', open);
}

/** Everything that can be looked at, as Prometheus scrapes it. */
export function metricsPage(observed: Observed, build: Build): string {
  const page = new Exposition();
  writeConnections(page, observed);
  writeTraffic(page, observed);
  writeStorage(page, observed);
  writeProcess(page, observed, build);
  return page.toString();
}
