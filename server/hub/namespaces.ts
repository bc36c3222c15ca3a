import type { ChannelNamespace, ServerModule } from '../modules/module.ts';

/** Which module rules which channels. A channel that no namespace rules does not exist. */
export class Namespaces {
  readonly #byPrefix = new Map<string, ChannelNamespace>();
  readonly #owners = new Map<ChannelNamespace, string>();

  constructor(modules: readonly ServerModule[]) {
    for (const { contract, channels = [] } of modules)
      for (const namespace of channels) {
        if (this.#byPrefix.has(namespace.prefix))
          throw new Error(`Two modules rule the channels ${namespace.prefix}:…`);
        this.#byPrefix.set(namespace.prefix, namespace);
        this.#owners.set(namespace, contract.name);
      }
  }

  /** The whole name first (`system:metrics`), then what stands before the colon (`room`). */
  of(channel: string): ChannelNamespace | undefined {
    const whole = this.#byPrefix.get(channel);
    if (whole) return whole;
    const colon = channel.indexOf(':');
    return colon > 0 ? this.#byPrefix.get(channel.slice(0, colon)) : undefined;
  }

  /** The module that rules a channel, whose `read` scope it takes to listen there through another module. */
  ownerOf(channel: string): string | undefined {
    const namespace = this.of(channel);
    return namespace && this.#owners.get(namespace);
  }
}
