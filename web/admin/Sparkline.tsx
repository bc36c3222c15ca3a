import './sparkline.css';
import { createMemo, Show } from 'solid-js';

const width = 100;
const height = 28;

/** The points of a line through these values, from 0 to their largest, newest at the right; nulls leave it out. */
export function pointsOf(values: readonly (number | null)[], room: number): string {
  const known = values.filter((value) => value !== null);
  const top = Math.max(1e-9, ...known);
  const step = width / Math.max(1, room - 1);
  const start = width - step * (values.length - 1);
  return values
    .flatMap((value, at) => {
      if (value === null) return [];
      const y = height - 2 - (value / top) * (height - 4);
      return `${(start + at * step).toFixed(2)},${y.toFixed(2)}`;
    })
    .join(' ');
}

/** How a number moved of late. Decorative: the number itself stands beside it. `room` values fill the width. */
export function Sparkline(props: { values: readonly (number | null)[]; room: number }) {
  const points = createMemo(() => pointsOf(props.values.slice(-props.room), props.room));
  const area = () => {
    const [first = '', last = ''] = [points().split(' ')[0], points().split(' ').at(-1)];
    return `${first.split(',')[0]},${height} ${points()} ${last.split(',')[0]},${height}`;
  };
  return (
    <svg class="sparkline" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <Show when={points().includes(' ')}>
        <polygon class="sparkline-area" points={area()} />
        <polyline class="sparkline-line" points={points()} />
      </Show>
    </svg>
  );
}
