/** One form for each plural category that the language has; `other` is always there. */
export type Plural = { readonly other: string } & { readonly [C in Intl.LDMLPluralRule]?: string };
export type Entry = string | Plural;
export type Dictionary = Readonly<Record<string, Entry>>;

/** What a translation of a domain's English texts must offer: the same keys, a plural where English has one. */
export type Translation<D extends Dictionary> = { readonly [K in keyof D]: D[K] extends string ? string : Plural };

type Names<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Forms<E extends Entry> = E extends string ? E : E extends Plural ? E[keyof E] & string : never;
type ParamNames<E extends Entry> = Names<Forms<E>> | (E extends string ? never : 'count');

/** The values a text needs, read from the placeholders of its English form: `{name}`. A plural always needs `count`. */
export type ParamsOf<E extends Entry> = { readonly [N in ParamNames<E>]: N extends 'count' ? number : string | number };
export type ParamArgs<E extends Entry> = [ParamNames<E>] extends [never] ? [] : [params: ParamsOf<E>];
