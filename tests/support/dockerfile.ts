/** One instruction of a Dockerfile, with its continuation lines joined. */
export interface Instruction {
  keyword: string;
  text: string;
}

export interface Stage {
  from: string;
  name?: string;
  instructions: Instruction[];
}

/** Reads what our Dockerfile is made of: stages, instructions, comments, continuation lines. */
export function parseDockerfile(text: string): Stage[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  const joined = lines.join('\n').replaceAll(/\\\n\s*/g, ' ');
  const stages: Stage[] = [];
  for (const line of joined.split('\n').filter((candidate) => candidate.trim() !== '')) {
    const [, keyword = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (!keyword) throw new Error(`Not an instruction: ${line}`);
    if (keyword === 'FROM') {
      const [from = '', , name] = rest.split(/\s+/);
      stages.push({ from, ...(name && { name }), instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (!stage) throw new Error(`${keyword} before FROM`);
      stage.instructions.push({ keyword, text: rest });
    }
  }
  return stages;
}
