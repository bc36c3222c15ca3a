import './module-frame.css';
import { HELLO, type PageSurroundings } from '@shared/client/frame-messages.ts';
import type { HearthError } from '@shared/kernel/result.ts';
import { PageBroken } from '@shared/modules/errors.ts';
import { useLocation, useNavigate } from '@solidjs/router';
import { createEffect, createSignal, Match, on, onCleanup, Show, Switch } from 'solid-js';
import { useI18n } from '../i18n/i18n.tsx';
import { pathWithin } from '../platform/base.ts';
import { createCall } from '../platform/call.ts';
import { useHearth, useMe } from '../platform/hearth.tsx';
import { useTheme } from '../platform/theme.tsx';
import { Button } from '../ui/Button.tsx';
import { EmptyState } from '../ui/EmptyState.tsx';
import { ErrorNote } from '../ui/ErrorNote.tsx';
import { Skeleton } from '../ui/Skeleton.tsx';
import { useToasts } from '../ui/Toasts.tsx';
import { type FramePort, openFramePort } from './frame-port.ts';
import { readRoute, writeRoute } from './frame-route.ts';

/** What the frame shows; another `build` is another page. */
interface Page {
  url: string;
  build: string;
  scopes: readonly string[];
}

/** What the page learns of the app around it, as it changes. */
function useSurroundings(): () => PageSurroundings {
  const me = useMe();
  const { locale } = useI18n();
  const { theme } = useTheme();
  const location = useLocation();
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const [prefersDark, setPrefersDark] = createSignal(dark.matches);
  const follow = () => setPrefersDark(dark.matches);
  dark.addEventListener('change', follow);
  onCleanup(() => dark.removeEventListener('change', follow));
  return () => {
    const { id, name, role } = me();
    const chosen = theme();
    return {
      me: { id, name, role },
      locale: locale(),
      theme: chosen === 'system' ? (prefersDark() ? 'dark' : 'light') : chosen,
      route: readRoute(location.hash),
    };
  };
}

/** The sandboxed document of one build. Its port is handed over once: whatever it leads itself to gets nothing. */
function Frame(props: { id: string; title: string; page: Page; onTitle: (text: string) => void; onEnd: () => void }) {
  const hearth = useHearth();
  const toasts = useToasts();
  const navigate = useNavigate();
  const location = useLocation();
  const surroundings = useSurroundings();
  // One frame shows one build: for another there is another frame.
  const id = props.id;
  const page = props.page;
  let frame: HTMLIFrameElement | undefined;
  let port: FramePort | undefined;
  let loads = 0;

  const onHello = (event: MessageEvent) => {
    // Only a document without an origin is a page: nothing of ours that was led there is given anything.
    const isPage = event.source === frame?.contentWindow && event.origin === 'null' && event.data === HELLO;
    if (port || !frame || !isPage) return;
    const channel = new MessageChannel();
    port = openFramePort(channel.port1, {
      hearth,
      module: id,
      scopes: page.scopes,
      surroundings: surroundings(),
      onTitle: (text) => props.onTitle(text),
      // Whose words these are has to be seen.
      onNotify: (text, tone) => toasts.show({ text: `${props.title}: ${text}`, tone }),
      onOpen: (path) => navigate(path),
      onRoute: (route, replace) =>
        navigate(`${pathWithin(location.pathname)}${location.search}${writeRoute(route)}`, { replace, scroll: false }),
      onFlood: () => props.onEnd(),
    });
    // The page has no origin that could be named.
    frame.contentWindow?.postMessage(HELLO, '*', [channel.port2]);
  };
  addEventListener('message', onHello);
  onCleanup(() => {
    removeEventListener('message', onHello);
    port?.close();
  });
  createEffect(
    on(
      surroundings,
      (now, before) => {
        const changed = Object.fromEntries(
          Object.entries(now).filter(
            ([name, value]) => JSON.stringify(value) !== JSON.stringify(before?.[name as keyof PageSurroundings]),
          ),
        );
        if (Object.keys(changed).length > 0) port?.change(changed);
      },
      { defer: true },
    ),
  );

  return (
    <iframe
      ref={(element) => {
        frame = element;
      }}
      class="module-frame"
      title={props.title}
      src={page.url}
      sandbox="allow-scripts allow-forms"
      referrerpolicy="no-referrer"
      onLoad={() => {
        if (++loads > 1) props.onEnd();
      }}
    />
  );
}

/**
 * A module's page, in a frame without rights that fills what is around it. `onTitle` hears what the page calls itself.
 * Another build of the page takes its place by itself; a module that is gone leaves the reason.
 */
export function ModuleFrame(props: { id: string; title: string; onTitle?: (text: string) => void }) {
  const { t } = useI18n();
  const hearth = useHearth();
  const asked = createCall(
    () => props.id,
    (id) => hearth.api.modules.page({ id }),
  );
  const [page, setPage] = createSignal<Page>();
  const [isOver, setIsOver] = createSignal(false);
  createEffect(
    on(asked.data, (found) => {
      if (!found) return setPage(undefined);
      // The address is a new one each time; the frame starts anew for what is new in it alone.
      setPage((shown) => (shown?.build === found.build ? shown : found));
    }),
  );
  onCleanup(
    hearth.events.on('module_changed', ({ id }) => {
      if (id === props.id) asked.reload();
    }),
  );
  const openAgain = () => {
    // Its address may not open any more.
    setPage(undefined);
    setIsOver(false);
    asked.reload();
  };
  /** A module that will be back leaves its page standing; one whose newest page is broken does not hide that. */
  const problem = (): HearthError | undefined => {
    const error = asked.error();
    return error?.retryable && page() && error.code !== PageBroken.code ? undefined : error;
  };
  const reason = () => problem()?.params?.['reason'];

  return (
    <Switch fallback={<Skeleton label={t('app.loading')} kind="row" lines={4} />}>
      <Match when={problem()}>
        {(error) => (
          <div class="module-frame-problem">
            <ErrorNote error={error()} busy={asked.busy()} onRetry={asked.reload} />
            <Show when={reason()}>
              {(text) => (
                <pre class="module-frame-reason" lang="en" tabindex="0">
                  {String(text())}
                </pre>
              )}
            </Show>
          </div>
        )}
      </Match>
      <Match when={isOver()}>
        <EmptyState
          title={t('frame.over')}
          text={t('frame.overText')}
          action={<Button onClick={openAgain}>{t('frame.reload')}</Button>}
        />
      </Match>
      <Match when={page()} keyed>
        {(shown) => (
          <Frame
            id={props.id}
            title={props.title}
            page={shown}
            onTitle={(text) => props.onTitle?.(text)}
            onEnd={() => setIsOver(true)}
          />
        )}
      </Match>
    </Switch>
  );
}
