import './docs.css';
import { createEffect, createSignal, For, Show } from 'solid-js';
import { type Key, useI18n } from '../i18n/i18n.tsx';
import { Badge, type Tone } from '../ui/Badge.tsx';
import type { Endpoint, Schema } from './openapi.ts';
import { schemaText } from './schema-text.ts';

const access: Readonly<Record<string, { key: Key & `docs.access.${string}`; tone: Tone }>> = {
  public: { key: 'docs.access.public', tone: 'info' },
  guest: { key: 'docs.access.guest', tone: 'neutral' },
  member: { key: 'docs.access.member', tone: 'neutral' },
  admin: { key: 'docs.access.admin', tone: 'accent' },
};

function SchemaBlock(props: { title: string; schema: Schema }) {
  return (
    <div class="docs-block">
      <h4 class="docs-block-title">{props.title}</h4>
      <pre class="docs-code" tabindex="0" aria-label={props.title}>
        {schemaText(props.schema)}
      </pre>
    </div>
  );
}

function Errors(props: { endpoint: Endpoint }) {
  const { t, errorText } = useI18n();
  return (
    <div class="docs-block">
      <h4 class="docs-block-title">{t('docs.errors')}</h4>
      <ul role="list" class="docs-errors">
        <For each={props.endpoint.errors}>
          {(error) => (
            <li class="docs-error">
              <span class="docs-status">{error.status}</span>
              <code>{error.code}</code>
              <span class="docs-error-text">
                {errorText({ code: error.code, message: error.message, retryable: false })}
              </span>
            </li>
          )}
        </For>
      </ul>
    </div>
  );
}

function Details(props: { endpoint: Endpoint }) {
  const { t } = useI18n();
  const client = () =>
    props.endpoint.kind === 'stream'
      ? `for await (const { event, data } of hearth.sse.${props.endpoint.id}(…))`
      : `await hearth.api.${props.endpoint.id}(${props.endpoint.input?.properties ? '{ … }' : ''})`;
  const hasInput = () => Object.keys(props.endpoint.input?.properties ?? {}).length > 0;
  return (
    <div class="docs-details">
      <dl class="docs-facts">
        <dt>{t('docs.call')}</dt>
        <dd>
          <code>
            {props.endpoint.methods.join(', ')} {props.endpoint.path}
          </code>
          <code>{client()}</code>
        </dd>
        <Show when={props.endpoint.event}>
          {(event) => (
            <>
              <dt>{t('docs.socketEvent')}</dt>
              <dd>
                <code>{event()}</code>
              </dd>
            </>
          )}
        </Show>
        <Show when={props.endpoint.scope}>
          {(scope) => (
            <>
              <dt>{t('docs.scope')}</dt>
              <dd>
                <code>{scope()}</code>
              </dd>
            </>
          )}
        </Show>
      </dl>
      <Show when={hasInput() && props.endpoint.input} fallback={<p class="docs-text">{t('docs.noInput')}</p>}>
        {(input) => <SchemaBlock title={t('docs.input')} schema={input()} />}
      </Show>
      <Show when={props.endpoint.output}>{(output) => <SchemaBlock title={t('docs.output')} schema={output()} />}</Show>
      <Show when={props.endpoint.kind === 'function' && props.endpoint.content}>
        {(type) => <p class="docs-text">{t('docs.content', { type: type() })}</p>}
      </Show>
      <For each={Object.entries(props.endpoint.events)}>
        {([event, schema]) => <SchemaBlock title={`${t('docs.events')}: ${event}`} schema={schema} />}
      </For>
      <Show when={props.endpoint.errors.length > 0}>
        <Errors endpoint={props.endpoint} />
      </Show>
    </div>
  );
}

/** One function or stream; what it takes and gives unfolds. */
export function EndpointView(props: { endpoint: Endpoint; open: boolean }) {
  const { t } = useI18n();
  // Rendered with the first opening: the schemas of a whole server are long.
  const [unfolded, setUnfolded] = createSignal(false);
  const [details, setDetails] = createSignal<HTMLDetailsElement>();
  // A link to it opens it; another link leaves it as it is.
  createEffect(() => {
    const element = details();
    if (props.open && element) element.open = true;
  });
  const who = () => access[props.endpoint.access];
  return (
    <details
      class="docs-endpoint"
      id={props.endpoint.id}
      ref={setDetails}
      onToggle={(event) => event.currentTarget.open && setUnfolded(true)}
    >
      <summary class="docs-summary">
        <h3 class="docs-name">{props.endpoint.name}</h3>
        <Badge tone={who()?.tone}>{((known) => (known ? t(known.key) : props.endpoint.access))(who())}</Badge>
        <span class="docs-effect">
          {props.endpoint.kind === 'stream'
            ? t('docs.stream')
            : t(props.endpoint.effect === 'write' ? 'docs.effect.write' : 'docs.effect.read')}
        </span>
        <p class="docs-endpoint-text" lang="en">
          {props.endpoint.summary}
        </p>
      </summary>
      <Show when={unfolded()}>
        <Details endpoint={props.endpoint} />
      </Show>
    </details>
  );
}
