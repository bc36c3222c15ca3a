// bun run bench: the measuring itself is part of Hearth.
import '../../server/bench/run.ts';
