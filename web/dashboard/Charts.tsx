import { createMemo, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { ChartCard, type ChartLine } from './ChartCard.tsx';
import { createColours, type Tone } from './colours.ts';
import type { Format } from './format.ts';
import { celsiusMeasure, loadMeasure, percentMeasure, rateMeasure } from './measures.ts';
import type { Dashboard } from './state.ts';

const tones: readonly Tone[] = ['five', 'three', 'two', 'four', 'one'];

/** The last minutes of everything that this machine tells. */
export function Charts(props: { dashboard: Dashboard; format: Format; minutes: number }) {
  const { t } = useI18n();
  const colours = createColours();
  const measures = createMemo(() => ({
    percent: percentMeasure(props.format),
    rate: rateMeasure(props.format),
    load: loadMeasure(props.format),
    celsius: celsiusMeasure(props.format),
  }));
  // Names of graphics cards, as one text: lines are made anew only when it changes.
  const gpuNames = createMemo(() => (props.dashboard.latest()?.details.gpus ?? []).map(({ name }) => name).join('\n'));
  const lines = createMemo(() => {
    const cpu: ChartLine[] = [{ label: t('dashboard.cpu'), tone: 'one', filled: true, pick: ({ cpu }) => cpu }];
    const memory: ChartLine[] = [
      { label: t('dashboard.memory'), tone: 'two', filled: true, pick: ({ memory }) => memory },
    ];
    const network: ChartLine[] = [
      { label: t('dashboard.receive'), tone: 'three', filled: true, pick: ({ network }) => network?.receive ?? null },
      { label: t('dashboard.send'), tone: 'four', dashed: true, pick: ({ network }) => network?.send ?? null },
    ];
    const load = ([1, 5, 15] as const).map((count, index): ChartLine => ({
      label: t('dashboard.minutes', { count }),
      tone: (['one', 'two', 'four'] as const)[index] ?? 'one',
      dashed: index > 0,
      pick: ({ load }) => load?.[index] ?? null,
    }));
    const temperature: ChartLine[] = [
      { label: t('dashboard.temperature'), tone: 'five', filled: true, pick: ({ temperature }) => temperature },
    ];
    return { cpu, memory, network, load, temperature };
  });
  const gpuLines = createMemo(() =>
    gpuNames()
      .split('\n')
      .filter(Boolean)
      .slice(0, tones.length)
      .map((label, index): ChartLine => ({
        label,
        tone: tones[index] ?? 'one',
        filled: index === 0,
        dashed: index > 0,
        pick: ({ details }) => details.gpus?.[index]?.load ?? null,
      })),
  );
  const has = (known: ChartLine['pick']) =>
    createMemo(() => props.dashboard.samples().some((one) => known(one) !== null));
  const hasLoad = has(({ load }) => load && load[0]);
  const hasTemperature = has(({ temperature }) => temperature);

  const common = () => ({
    samples: props.dashboard.samples(),
    stretch: props.dashboard.stretch(props.minutes * 60_000),
    minutes: t('dashboard.minutes', { count: props.minutes }),
    format: props.format,
    colours: colours(),
  });

  return (
    <div class="dashboard-charts">
      <ChartCard
        {...common()}
        title={t('dashboard.cpu')}
        lines={lines().cpu}
        measure={measures().percent}
        write={(value) => props.format.percent(value)}
      />
      <ChartCard
        {...common()}
        title={t('dashboard.memory')}
        lines={lines().memory}
        measure={measures().percent}
        write={(value) => props.format.percent(value)}
      />
      <Show when={gpuLines().length > 0}>
        <ChartCard
          {...common()}
          title={t('dashboard.gpu')}
          lines={gpuLines()}
          measure={measures().percent}
          write={(value) => props.format.percent(value)}
        />
      </Show>
      <ChartCard
        {...common()}
        title={t('dashboard.network')}
        lines={lines().network}
        measure={measures().rate}
        write={(value) => props.format.rate(value)}
      />
      <Show when={hasLoad()}>
        <ChartCard
          {...common()}
          title={t('dashboard.load')}
          lines={lines().load}
          measure={measures().load}
          write={(value) => props.format.load(value)}
        />
      </Show>
      <Show when={hasTemperature()}>
        <ChartCard
          {...common()}
          title={t('dashboard.temperature')}
          lines={lines().temperature}
          measure={measures().celsius}
          write={(value) => props.format.celsius(value)}
        />
      </Show>
    </div>
  );
}
