import './sparkline.css';
import { createMemo, Show } from 'solid-js';
import { height, pointsOf, width } from './sparkline-points.ts';

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
