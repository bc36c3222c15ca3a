import { hearth } from 'hearth:page';

/** What came of each attempt: `refused …`, or what was got. */
const tried: Record<string, string> = {};

async function attempt(name: string, run: () => unknown): Promise<void> {
  try {
    const got = await run();
    tried[name] = typeof got === 'string' ? got : (JSON.stringify(got) ?? 'nothing');
  } catch (error) {
    tried[name] = `refused: ${(error as Error).name}`;
  }
}

/** Resolves with the first of these events. */
const first = (target: EventTarget, ...events: string[]): Promise<string> =>
  new Promise((resolve) => {
    for (const event of events) target.addEventListener(event, () => resolve(event), { once: true });
  });

const submit = (target: string, action: string): void => {
  const form = document.createElement('form');
  form.method = 'post';
  form.enctype = 'text/plain';
  Object.assign(form, { action, target });
  const field = document.createElement('input');
  field.name = '{"role":"admin","x":"';
  field.value = '"}';
  form.append(field);
  document.body.append(form);
  form.submit();
};

async function load(tag: 'img' | 'script' | 'iframe' | 'object', address: string): Promise<string> {
  const element = document.createElement(tag);
  const outcome = first(element, 'load', 'error');
  if (tag === 'object') element.setAttribute('data', address);
  else element.setAttribute('src', address);
  document.body.append(element);
  const event = await outcome;
  if (event === 'error') return 'refused: error';
  // A frame that was refused tells of its error page as of any other.
  if (tag !== 'iframe') return 'loaded';
  return (element as HTMLIFrameElement).contentWindow?.document.body.innerText ?? 'loaded';
}

/** With what the page has of its own: the browser stands in the way. */
async function browserAttacks(): Promise<void> {
  await attempt('origin', () => origin);
  await attempt('cookie', () => document.cookie);
  await attempt('set cookie', () => (document.cookie = 'hearth_x=1'));
  await attempt('localStorage', () => localStorage.length);
  await attempt('sessionStorage', () => sessionStorage.length);
  await attempt('indexedDB', () => first(indexedDB.open('x'), 'success', 'error'));
  await attempt('fetch', async () => (await fetch('/api/people/me', { credentials: 'include' })).text());
  await attempt('fetch without reading', async () => {
    const init = { method: 'POST', body: '{"role":"admin"}', mode: 'no-cors', credentials: 'include' } as const;
    return (await fetch('/api/people/invite', init)).type;
  });
  await attempt('XMLHttpRequest', async () => {
    const request = new XMLHttpRequest();
    request.withCredentials = true;
    request.open('GET', '/api/people/me');
    request.send();
    return (await first(request, 'load', 'error')) === 'error' ? 'refused: error' : request.responseText;
  });
  await attempt('WebSocket', async () => {
    const event = await first(new WebSocket(`ws://${location.host}/ws`), 'open', 'error');
    return event === 'error' ? 'refused: error' : event;
  });
  await attempt('EventSource', async () => {
    const event = await first(
      new EventSource('/sse/hub/subscribe?channels=["global"]', { withCredentials: true }),
      'open',
      'error',
    );
    return event === 'error' ? 'refused: error' : event;
  });
  await attempt('worker', async () => {
    const code = `fetch('${location.origin}/api/people/me').then((r) => r.text(), (e) => 'refused: ' + e.name).then(postMessage)`;
    const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
    return new Promise((resolve) => {
      worker.addEventListener('message', ({ data }) => resolve(data));
      worker.addEventListener('error', () => resolve('refused: error'));
    });
  });
  await attempt('code from elsewhere', () => load('script', '/api/hostile/trap'));
  await attempt('picture from elsewhere', () => load('img', 'http://other.example/?stolen'));
  await attempt('picture by cookie', () => load('img', '/api/people/me'));
  await attempt('frame of the admin page', () => load('iframe', '/admin'));
  await attempt('code out of text', () => new Function('return 1 + 1')());
  await attempt('window.open', () => window.open('/admin'));
  for (const target of ['_self', '_top', '_blank'])
    await attempt(`form to ${target}`, () => submit(target, '/api/people/invite'));
}

/** From the frame at what is around it. */
async function neighbourAttacks(): Promise<void> {
  await attempt('parent document', () => parent.document.title);
  await attempt('parent storage', () => parent.localStorage.length);
  await attempt('top location', () => String((top as Window).location.href));
  await attempt('top navigation', () => {
    (top as Window).location.href = '/signin?stolen';
  });
  await attempt('top replace', () => (top as Window).location.replace('/signin?stolen'));
  let ports = 0;
  addEventListener('message', ({ ports: given }) => (ports += given.length));
  const lies = [
    'hearth:page',
    { kind: 'welcome' },
    { kind: 'call', id: 1, name: 'auth.refresh', input: {} },
    { kind: 'result', id: 1 },
  ];
  for (const lie of lies) parent.postMessage(lie, '*');
  await hearth.call('mine');
  await attempt('a second port', () => (ports === 0 ? 'refused: no port' : 'a port'));
}

/** Over the port, beyond what the module was granted. */
async function portAttacks(): Promise<void> {
  const beyond: [string, Record<string, unknown>][] = [
    ['auth.refresh', {}],
    ['auth.ticket', {}],
    ['auth.sessions', {}],
    ['auth.signOut', {}],
    ['people.me', {}],
    ['people.list', {}],
    ['people.invite', { role: 'admin' }],
    ['people.updateMe', { name: 'Mallory' }],
    ['modules.list', {}],
    ['modules.enable', { id: 'hostile', grant: ['people:write'] }],
    ['modules.page', { id: 'hostile' }],
    ['chat.createRoom', { name: 'Owned', kind: 'public' }],
    ['hub.broadcast', { event: 'announcement', payload: { text: 'Owned' } }],
    ['hub.stats', {}],
  ];
  for (const [name, input] of beyond)
    await attempt(name, async () => {
      const result = await hearth.call(name, input);
      return result.ok ? result.data : `refused: ${result.error.code}`;
    });
  await attempt('stream of another', async () => {
    const { value } = await hearth.stream('metrics.live').next();
    return value && 'ok' in value && !value.ok ? `refused: ${value.error.code}` : value;
  });
  await attempt('a file of another', async () => {
    const result = await hearth.download('people.me');
    return result.ok ? result.data : `refused: ${result.error.code}`;
  });
  await attempt('a form to another', async () => {
    const result = await hearth.upload('people.invite', { role: 'admin' });
    return result.ok ? result.data : `refused: ${result.error.code}`;
  });
  for (const path of ['//other.example', '/\\other.example', 'https://other.example', 'javascript:alert(1)'])
    hearth.open(path);
  const many = await Promise.all(Array.from({ length: 80 }, () => hearth.call('mine')));
  await attempt('eighty at once', () => many.filter(({ ok }) => !ok).length);
}

// Before anybody has pressed anything; told by the address, because to look into the frame would count as a press.
const unasked = await hearth.download('mine');
if (hearth.route === '') hearth.setRoute(unasked.ok ? 'saved' : unasked.error.code, { replace: true });

document.querySelector('#attack')?.addEventListener('click', async () => {
  hearth.setRoute('');
  await browserAttacks();
  if (!hearth.alone) await neighbourAttacks();
  await portAttacks();
  // What it may do: if this failed, so would all else.
  const mine = await hearth.call<{ name: string }>('mine');
  const rooms = await hearth.call<unknown[]>('chat.listRooms');
  tried['own function'] = mine.ok ? mine.data.name : `refused: ${mine.error.code}`;
  tried['granted'] = rooms.ok ? `${rooms.data.length} room` : `refused: ${rooms.error.code}`;
  hearth.notify('<b>Attacked</b>', 'danger');
  const report = document.querySelector('#report');
  if (report) report.textContent = JSON.stringify(tried);
});
document.querySelector('#flood')?.addEventListener('click', () => {
  // After the click is over: the frame does not live to see its own end.
  setTimeout(() => {
    for (let n = 0; n < 50_000; n++) hearth.setRoute(`flood/${n}`);
  }, 50);
});
document.querySelector('#flee')?.addEventListener('click', () => {
  location.href = '/admin';
});
