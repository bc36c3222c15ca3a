import 'uplot/dist/uPlot.min.css';
import './chart.css';
import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show } from 'solid-js';
import uPlot from 'uplot';
import type { Columns, Stretch } from './chart-data.ts';
import type { Colours } from './colours.ts';
import type { Format } from './format.ts';
import { type Line, type Measure, plotOptions } from './plot.ts';

export interface ChartProps {
  /** What the chart says, in words. */
  summary: string;
  lines: readonly Line[];
  columns: Columns;
  stretch: Stretch;
  measure: Measure;
  colours: Colours;
  format: Pick<Format, 'time' | 'tick'>;
  /** The place in `columns` under the pointer, of this chart or of one beside it. */
  onPoint: (index: number | null) => void;
}

const height = 196;

/** A line chart of the last minutes. The crosshair moves in all charts of the page together. */
export function Chart(props: ChartProps) {
  const [cursor, setCursor] = createSignal<{ at: number; left: number }>();
  const place = (<div class="chart-plot" />) as HTMLDivElement;
  let plot: uPlot | undefined;

  const length = createMemo(() => props.stretch.to - props.stretch.from);
  const data = () => [props.columns.times, ...props.columns.values] as uPlot.AlignedData;
  const follow = (index: number | null, left: number) => {
    const at = index === null ? undefined : props.columns.times[index];
    setCursor(at === undefined || left < 0 ? undefined : { at, left });
    props.onPoint(at === undefined || left < 0 ? null : index);
  };
  const build = () => {
    plot?.destroy();
    setCursor(undefined);
    const fine = length() <= 60_000;
    const options = plotOptions({
      size: { width: place.clientWidth, height },
      lines: props.lines,
      measure: props.measure,
      colours: props.colours,
      tick: (at) => props.format.tick(at, fine),
      stretch: () => props.stretch,
      onCursor: follow,
    });
    plot = new uPlot(options, data(), place);
  };
  const looks = () => [props.lines, props.measure, props.colours, length()] as const;

  onMount(() => {
    build();
    const resized = new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height }));
    resized.observe(place);
    onCleanup(() => resized.disconnect());
    createEffect(on(looks, build, { defer: true }));
    createEffect(on([() => props.columns, () => props.stretch], () => plot?.setData(data()), { defer: true }));
  });
  onCleanup(() => plot?.destroy());

  return (
    <div class="chart" role="img" aria-label={props.summary}>
      {place}
      <Show when={cursor()}>
        {(at) => (
          <span class="chart-time" style={{ '--left': `${at().left}px` }} aria-hidden="true">
            {props.format.time(at().at, true)}
          </span>
        )}
      </Show>
    </div>
  );
}
