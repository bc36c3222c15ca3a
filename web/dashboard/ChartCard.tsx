import type { Sample } from '@shared/metrics/schema.ts';
import { createMemo, createSignal, For, Show } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { Chart } from './Chart.tsx';
import { columnsOf, type Pick, type Stretch, summaryOf } from './chart-data.ts';
import type { Colours } from './colours.ts';
import { type Format, type Quantity, textOf } from './format.ts';
import type { Line, Measure } from './plot.ts';

export interface ChartLine extends Line {
  pick: Pick;
}

export interface ChartCardProps {
  title: string;
  lines: readonly ChartLine[];
  measure: Measure;
  write: (value: number) => Quantity;
  samples: readonly Sample[];
  stretch: Stretch;
  /** The time shown, in words. */
  minutes: string;
  format: Format;
  colours: Colours;
}

/** A chart with its title, and its lines by name with the newest values, or with those under the pointer. */
export function ChartCard(props: ChartCardProps) {
  const { t } = useI18n();
  const [point, setPoint] = createSignal<number | null>(null);
  const columns = createMemo(() =>
    columnsOf(
      props.samples,
      props.lines.map(({ pick }) => pick),
      props.stretch,
    ),
  );

  const shown = (index: number): string => {
    const values = columns().values[index] ?? [];
    const value = values[point() ?? values.length - 1];
    return value == null ? '–' : textOf(props.write(value));
  };
  const summaries = createMemo(() =>
    props.lines.map((line, index) => {
      const summary = summaryOf(columns().values[index] ?? []);
      const name = props.lines.length > 1 ? `${props.title}, ${line.label}` : props.title;
      if (!summary) return t('dashboard.summaryEmpty', { name, minutes: props.minutes });
      const { current, min, max } = summary;
      const write = (value: number) => textOf(props.write(value));
      const values = { current: write(current), min: write(min), max: write(max) };
      return t('dashboard.summary', { name, minutes: props.minutes, ...values });
    }),
  );

  return (
    <section class="card chart-card">
      <header class="chart-card-head">
        <h3 class="chart-card-title">{props.title}</h3>
        <ul class="chart-legend" role="list" aria-hidden="true">
          <For each={props.lines}>
            {(line, index) => (
              <li class={`chart-legend-line tone--${line.tone}`}>
                <span class="chart-legend-mark" classList={{ 'chart-legend-mark--dashed': line.dashed }} />
                <Show when={props.lines.length > 1}>
                  <span class="chart-legend-label">{line.label}</span>
                </Show>
                <span class="chart-legend-value" style={{ 'min-width': `${props.measure.room}ch` }}>
                  {shown(index())}
                </span>
              </li>
            )}
          </For>
        </ul>
      </header>
      <Chart
        summary={summaries().join(' ')}
        lines={props.lines}
        columns={columns()}
        stretch={props.stretch}
        measure={props.measure}
        colours={props.colours}
        format={props.format}
        onPoint={setPoint}
      />
    </section>
  );
}
