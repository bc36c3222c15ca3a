import type { Sample } from '@shared/metrics/schema.ts';
import ArrowDown from 'lucide-solid/icons/arrow-down';
import ArrowUp from 'lucide-solid/icons/arrow-up';
import Clock from 'lucide-solid/icons/clock';
import Cpu from 'lucide-solid/icons/cpu';
import Gauge from 'lucide-solid/icons/gauge';
import HardDrive from 'lucide-solid/icons/hard-drive';
import MemoryStick from 'lucide-solid/icons/memory-stick';
import Microchip from 'lucide-solid/icons/microchip';
import Network from 'lucide-solid/icons/network';
import Thermometer from 'lucide-solid/icons/thermometer';
import { createMemo, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { Tile, type TileValue } from '../ui/Tile.tsx';
import { type Format, textOf } from './format.ts';

const full = 90;
const hot = 85;

/** What the machine does now. What it has never told is left out. */
export function Tiles(props: { sample: Sample; samples: readonly Sample[]; format: Format }) {
  const { t } = useI18n();
  const details = () => props.sample.details;
  const unknown = () => t('dashboard.unknown');
  const percent = (value: number | null): TileValue[] => (value === null ? [] : [props.format.percent(value)]);
  const sizes = (part: { used: number; total: number }) =>
    t('dashboard.of', { used: textOf(props.format.bytes(part.used)), total: textOf(props.format.bytes(part.total)) });
  const told = (value: (sample: Sample) => unknown) =>
    createMemo(() => props.samples.some((sample) => value(sample) !== null));
  const [hasGpu, hasTemperature, hasLoad] = [
    told(({ gpu }) => gpu),
    told((one) => one.temperature),
    told((one) => one.load),
  ];

  const memoryHint = () => {
    const memory = details().memory;
    if (!memory) return undefined;
    const swap = memory.swapUsed > 0 ? t('dashboard.swap', { used: textOf(props.format.bytes(memory.swapUsed)) }) : '';
    return [sizes(memory), swap].filter(Boolean).join(' · ');
  };
  const diskHint = () => {
    const disk = details().disk;
    return disk ? t('dashboard.mounted', { size: sizes(disk), mount: disk.mount }) : undefined;
  };
  const gpuHint = () => {
    const [first, ...more] = details().gpus ?? [];
    return first && (more.length > 0 ? `${first.name} +${more.length}` : first.name);
  };
  const network = (): TileValue[] => {
    const rates = props.sample.network;
    if (!rates) return [];
    return [
      { ...props.format.rate(rates.receive), label: t('dashboard.receive'), icon: <ArrowDown /> },
      { ...props.format.rate(rates.send), label: t('dashboard.send'), icon: <ArrowUp /> },
    ];
  };
  const loadHint = () => {
    const load = props.sample.load;
    if (!load) return undefined;
    const [, five, fifteen] = load.map((value) => textOf(props.format.load(value)));
    return t('dashboard.loadHint', { five: five ?? '', fifteen: fifteen ?? '' });
  };
  // Seconds of uptime and the clock do not move in step: the moment of starting would flicker by a minute.
  const started = createMemo<number | null>((before) => {
    const { at, uptime } = props.sample;
    if (uptime === null) return null;
    const moment = at - uptime * 1000;
    return before != null && Math.abs(before - moment) < 10_000 ? before : moment;
  });
  const missing = () => {
    const names = [
      !hasGpu() && t('dashboard.gpu'),
      !hasLoad() && t('dashboard.load'),
      !hasTemperature() && t('dashboard.temperature'),
    ].filter((name) => name !== false);
    return names.length > 0 ? t('dashboard.missing', { names: names.join(', ') }) : undefined;
  };
  const over = (value: number | null, limit: number, text: string) =>
    value !== null && value >= limit ? text : undefined;

  return (
    <>
      <ul class="dashboard-tiles" role="list">
        <Tile
          label={t('dashboard.cpu')}
          icon={<Cpu />}
          tone="one"
          values={percent(props.sample.cpu)}
          unknown={unknown()}
          share={props.sample.cpu}
          hint={t('dashboard.cores', { count: details().host.cores })}
          warning={over(props.sample.cpu, full, t('dashboard.high'))}
        />
        <Tile
          label={t('dashboard.memory')}
          icon={<MemoryStick />}
          tone="two"
          values={percent(props.sample.memory)}
          unknown={unknown()}
          share={props.sample.memory}
          hint={memoryHint()}
          warning={over(props.sample.memory, full, t('dashboard.nearlyFull'))}
        />
        <Tile
          label={t('dashboard.disk')}
          icon={<HardDrive />}
          tone="four"
          values={percent(props.sample.disk)}
          unknown={unknown()}
          share={props.sample.disk}
          hint={diskHint()}
          warning={over(props.sample.disk, full, t('dashboard.nearlyFull'))}
        />
        <Show when={hasGpu()}>
          <Tile
            label={t('dashboard.gpu')}
            icon={<Microchip />}
            tone="five"
            values={percent(props.sample.gpu)}
            unknown={unknown()}
            share={props.sample.gpu}
            hint={gpuHint()}
          />
        </Show>
        <Tile
          label={t('dashboard.network')}
          icon={<Network />}
          tone="three"
          values={network()}
          unknown={unknown()}
          hint={details()
            .interfaces?.map(({ name }) => name)
            .join(', ')}
        />
        <Show when={hasLoad()}>
          <Tile
            label={t('dashboard.load')}
            icon={<Gauge />}
            tone="one"
            values={props.sample.load ? [props.format.load(props.sample.load[0])] : []}
            unknown={unknown()}
            hint={loadHint()}
          />
        </Show>
        <Show when={hasTemperature()}>
          <Tile
            label={t('dashboard.temperature')}
            icon={<Thermometer />}
            tone="five"
            values={props.sample.temperature === null ? [] : [props.format.celsius(props.sample.temperature)]}
            unknown={unknown()}
            warning={over(props.sample.temperature, hot, t('dashboard.hot'))}
          />
        </Show>
        <Tile
          label={t('dashboard.uptime')}
          icon={<Clock />}
          tone="two"
          small
          values={
            props.sample.uptime === null ? [] : [{ number: props.format.duration(props.sample.uptime), unit: '' }]
          }
          unknown={unknown()}
          hint={started() === null ? undefined : t('dashboard.since', { moment: props.format.moment(started() ?? 0) })}
        />
      </ul>
      <Show when={missing()}>
        <p class="dashboard-missing">{missing()}</p>
      </Show>
    </>
  );
}
