import type { Stats } from '@shared/hub/stats.ts';
import ArrowDown from 'lucide-solid/icons/arrow-down';
import ArrowUp from 'lucide-solid/icons/arrow-up';
import ArrowDownUp from 'lucide-solid/icons/arrow-down-up';
import HardDriveDownload from 'lucide-solid/icons/hard-drive-download';
import Hourglass from 'lucide-solid/icons/hourglass';
import MemoryStick from 'lucide-solid/icons/memory-stick';
import MessageSquareReply from 'lucide-solid/icons/message-square-reply';
import Plug from 'lucide-solid/icons/plug';
import Save from 'lucide-solid/icons/save';
import UsersRound from 'lucide-solid/icons/users-round';
import { useI18n } from '../i18n/i18n.tsx';
import type { TileValue } from '../ui/Tile.tsx';
import { type Reading, span } from './apply-event.ts';
import { Figure } from './Figure.tsx';
import type { Format } from './format.ts';

/** Readings that fill a line, one every two seconds: a minute's at first, then as many as there are. */
const roomFor = (readings: number): number => Math.min(span / 2000, Math.max(30, readings));

/** Connections of the hub, however they receive. */
const open = ({ connections: { websocket, sse, poll } }: Stats): number => websocket + sse + poll;

type Pick = (reading: Reading) => number | null;
const statistic =
  (pick: (stats: Stats) => number | null): Pick =>
  ({ stats }) =>
    pick(stats);

/** What the server does now. */
export function Figures(props: { readings: readonly Reading[]; latest: Reading; format: Format }) {
  const { t } = useI18n();
  const stats = () => props.latest.stats;
  const room = () => roomFor(props.readings.length);
  const history = (pick: Pick) => props.readings.map(pick);
  const milliseconds = (value: number | null): TileValue[] =>
    value === null ? [] : [props.format.milliseconds(value)];
  const rates = (
    write: (value: number) => TileValue,
    received: 'framesIn' | 'bytesIn',
    sent: 'framesOut' | 'bytesOut',
  ) => {
    const now = props.latest.rates;
    if (!now) return [];
    return [
      { ...write(now[received]), label: t('admin.receiving'), icon: <ArrowDown /> },
      { ...write(now[sent]), label: t('admin.sending'), icon: <ArrowUp /> },
    ];
  };
  const within = ({ p99 }: { p99: number | null }) =>
    p99 === null
      ? t('admin.noneLately')
      : t('admin.within', { time: props.format.text(props.format.milliseconds(p99)) });

  return (
    <ul class="figures" role="list">
      <Figure
        label={t('admin.connections')}
        icon={<Plug />}
        tone="one"
        values={[{ number: props.format.count(open(stats())) }]}
        hint={t('admin.sessions', { count: stats().sessions })}
        history={history(statistic(open))}
        room={room()}
      />
      <Figure
        label={t('admin.online')}
        icon={<UsersRound />}
        tone="two"
        values={[{ number: props.format.count(stats().online) }]}
        hint={t('admin.channels', { count: stats().channels.occupied })}
        history={history(statistic(({ online }) => online))}
        room={room()}
      />
      <Figure
        label={t('admin.frames')}
        icon={<ArrowDownUp />}
        tone="three"
        values={rates(props.format.perSecond, 'framesIn', 'framesOut')}
        hint={t('admin.framesTotal', { count: stats().traffic.framesIn + stats().traffic.framesOut })}
        history={history(({ rates: now }) => now && now.framesOut)}
        room={room()}
      />
      <Figure
        label={t('admin.data')}
        icon={<HardDriveDownload />}
        tone="four"
        values={rates(props.format.rate, 'bytesIn', 'bytesOut')}
        hint={t('admin.dataTotal', {
          size: props.format.text(props.format.bytes(stats().traffic.bytesIn + stats().traffic.bytesOut)),
        })}
        history={history(({ rates: now }) => now && now.bytesOut)}
        room={room()}
      />
      <Figure
        label={t('admin.answers')}
        icon={<MessageSquareReply />}
        tone="one"
        values={milliseconds(stats().ackLatency.p50)}
        hint={within(stats().ackLatency)}
        history={history(statistic(({ ackLatency }) => ackLatency.p50))}
        room={room()}
      />
      <Figure
        label={t('admin.commits')}
        icon={<Save />}
        tone="three"
        values={milliseconds(stats().commits.duration.p50)}
        hint={within(stats().commits.duration)}
        history={history(statistic(({ commits }) => commits.duration.p50))}
        room={room()}
      />
      <Figure
        label={t('admin.delay')}
        icon={<Hourglass />}
        tone="five"
        values={milliseconds(stats().eventLoop.p50)}
        hint={within(stats().eventLoop)}
        history={history(statistic(({ eventLoop }) => eventLoop.p50))}
        room={room()}
      />
      <Figure
        label={t('admin.memory')}
        icon={<MemoryStick />}
        tone="two"
        values={[props.format.bytes(stats().memory.resident)]}
        hint={t('admin.heap', { size: props.format.text(props.format.bytes(stats().memory.heap)) })}
        history={history(statistic(({ memory }) => memory.resident))}
        room={room()}
      />
    </ul>
  );
}
