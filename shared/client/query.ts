/** An input as the query of a GET, with its question mark: texts as they are, all else as JSON. Empty without fields. */
export const queryOf = (input: Record<string, unknown>): string => {
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(input))
    if (value !== undefined) fields.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  return fields.size > 0 ? `?${fields}` : '';
};
