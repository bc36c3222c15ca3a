/** @jsxImportSource solid-js/h */
import { hearth } from 'hearth:page';
import { createSignal } from 'solid-js';
import './page.css';

const [lines, setLines] = createSignal<readonly string[]>([]);
const [count, setCount] = createSignal(0);
const note = (text: string): void => void setLines((all) => [...all, text]);

hearth.on('theme', (theme) => note(`theme ${theme}`));
hearth.on('locale', (locale) => note(`locale ${locale}`));
hearth.on('route', (route) => note(`route ${route}`));
hearth.on('published', ({ event, payload }) => note(`${event} by ${String(payload['by'])}`));

async function countTo(to: number): Promise<void> {
  for await (const { data } of hearth.stream<{ n: number }>('count', { to })) {
    setCount(data.n);
    if (data.n === to) break;
  }
  note('counted');
}

async function send(files: readonly File[]): Promise<void> {
  let last = 0;
  const onProgress = (sent: number, total: number): void => {
    last = sent / total;
  };
  const result = await hearth.upload('send', { note: 'for you', files }, { onProgress });
  note(`sent ${JSON.stringify(result)} ${last === 1 ? 'wholly' : 'partly'}`);
}

export default function Page() {
  return (
    <main>
      <h1>{() => `Page of ${hearth.me.name}`}</h1>
      <p id="here">{`${hearth.module} ${hearth.me.role} ${hearth.locale} ${hearth.theme} [${hearth.route}]`}</p>
      <p id="count">{count}</p>
      <button
        onClick={async () => {
          const result = await hearth.call<{ text: string }>('greet');
          note(result.ok ? result.data.text : result.error.code);
        }}
      >
        Greet
      </button>
      <button onClick={() => void countTo(2000)}>Count</button>
      <button onClick={() => void hearth.call('shout')}>Shout</button>
      <button onClick={() => hearth.setRoute('board/ä 1')}>Route</button>
      <button onClick={() => hearth.setTitle('Board 1')}>Title</button>
      <button onClick={() => hearth.open('/people')}>People</button>
      <button
        onClick={async () => {
          const saved = await hearth.download('report', { of: 'Ada' });
          const refused = await hearth.download('report', {});
          note(`saved ${saved.ok}, refused ${refused.ok ? '' : refused.error.code}`);
        }}
      >
        Download
      </button>
      <label>
        Files
        <input
          type="file"
          multiple
          onChange={(event: Event) => void send([...((event.currentTarget as HTMLInputElement).files ?? [])])}
        />
      </label>
      <ul>{() => lines().map((line) => <li>{line}</li>)}</ul>
    </main>
  );
}
