/** @jsxImportSource solid-js/h */
import { hearth } from 'hearth:page';
import 'hearth:page.css';
import { createSignal } from 'solid-js';
import type { FileInfo } from './module.ts';
import './page.css';
import { send, type Sending } from './sending.ts';
import { bytesText, timeText, words } from './words.ts';

await hearth.ready;
const w = words();
hearth.setTitle(w.title);

const [files, setFiles] = createSignal<FileInfo[]>();
const [failed, setFailed] = createSignal(false);
const [sendings, setSendings] = createSignal<Sending[]>([]);
const [isOver, setIsOver] = createSignal(false);

async function load(): Promise<void> {
  const result = await hearth.call<FileInfo[]>('list');
  setFailed(!result.ok);
  if (result.ok) setFiles(result.data);
}

async function follow(): Promise<void> {
  for await (const { event } of hearth.stream('changes')) if (event === 'changed') await load();
  await load();
}

async function run(sending: Sending): Promise<void> {
  if (await sending.start()) forget(sending);
}

const forget = (sending: Sending): void => void setSendings((all) => all.filter((one) => one !== sending));

/** One after another: several large files at once are not faster, only later. */
async function sendAll(chosen: readonly File[]): Promise<void> {
  const added = chosen.map(send);
  setSendings((all) => [...all, ...added]);
  for (const sending of added) await run(sending);
}

function Chooser() {
  const input = (
    <input
      type="file"
      multiple
      id="files"
      class="visually-hidden"
      onChange={(event: Event) => {
        const field = event.currentTarget as HTMLInputElement;
        void sendAll([...(field.files ?? [])]);
        field.value = '';
      }}
    />
  );
  return (
    <div
      class={() => (isOver() ? 'drop drop--over' : 'drop')}
      onDragOver={(event: DragEvent) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={(_: DragEvent) => setIsOver(false)}
      onDrop={(event: DragEvent) => {
        event.preventDefault();
        setIsOver(false);
        void sendAll([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      {input}
      <label class="main" for="files">
        {w.choose}
      </label>{' '}
      <span class="faint">{w.drop}</span>
    </div>
  );
}

function Progress(sending: Sending) {
  const percent = () => (sending.total === 0 ? 100 : Math.floor((100 * sending.sent()) / sending.total));
  return (
    <li class="sending">
      <span class="name">
        {() => {
          const why = sending.problem();
          return why === undefined ? w.sending(sending.name, percent()) : w.broken(sending.name, why);
        }}
      </span>
      <progress max="100" value={percent} aria-label={sending.name} />
      {() =>
        sending.problem() === undefined ? null : (
          <button type="button" class="quiet" onClick={() => void run(sending)}>
            {w.retry}
          </button>
        )
      }
      <button
        type="button"
        class="quiet"
        aria-label={w.stop(sending.name)}
        onClick={() => {
          forget(sending);
          void sending.stop();
        }}
      >
        ×
      </button>
    </li>
  );
}

function FileRow(info: FileInfo) {
  const [sure, setSure] = createSignal(false);
  const isMine = info.ownerId === hearth.me.id || hearth.me.role === 'admin';
  const remove = async () => {
    if (!sure()) return setSure(true);
    const result = await hearth.call('remove', { id: info.id });
    if (result.ok) hearth.notify(w.removed(info.name), 'ok');
    else hearth.notify(result.error.message, 'danger');
    return undefined;
  };
  const download = async () => {
    const result = await hearth.download('download', { id: info.id });
    if (!result.ok) hearth.notify(result.error.message, 'danger');
  };
  return (
    <li class="file">
      <button type="button" class="quiet name" aria-label={w.download(info.name)} onClick={() => void download()}>
        {info.name}
      </button>
      <span class="size">{bytesText(info.size)}</span>
      <span class="faint about">{w.by(info.ownerName, timeText(info.createdAt))}</span>
      {isMine ? (
        <button
          type="button"
          class="quiet"
          aria-label={() => (sure() ? `${w.remove(info.name)}: ${w.sure}` : w.remove(info.name))}
          onClick={() => void remove()}
          onBlur={(_: FocusEvent) => setSure(false)}
        >
          {() => (sure() ? w.sure : '×')}
        </button>
      ) : null}
    </li>
  );
}

export default function Page() {
  void follow();
  return (
    <main>
      <h1 class="visually-hidden">{w.title}</h1>
      {Chooser()}
      <ul class="list" aria-live="polite">
        {() => sendings().map(Progress)}
      </ul>
      {() =>
        failed() ? (
          <p role="alert">
            {w.failed}{' '}
            <button type="button" class="quiet" onClick={() => void load()}>
              {w.again}
            </button>
          </p>
        ) : null
      }
      {() => {
        const shown = files();
        if (!shown) return failed() ? null : <p role="status">{w.loading}</p>;
        if (shown.length === 0 && sendings().length === 0) return <p class="faint">{w.empty}</p>;
        return <ul class="list">{shown.map(FileRow)}</ul>;
      }}
    </main>
  );
}
