import { Refusal } from "./paths.mjs";

const FLAGS = ["--empty", "--sample"];

export const START_HELP = `npm start [-- --empty | --sample]

Installs, builds and starts Keyfold: PostgreSQL, the keeper and the console. Ctrl-C stops all of it.

  --empty    start without the sample
  --sample   load the sample, also into a database of your own

  PORT                     the console's port (3000)
  KEEPER_PORT              the port for applications (3100)
  KEYFOLD_DATA_DIR         where the data lives (.keyfold beside the code)
  KEYFOLD_ADMIN_EMAIL      the first account (admin@keyfold.local)
  KEYFOLD_ADMIN_PASSWORD   its password, 12 characters or more (one is made and shown once)
  DATABASE_URL             a PostgreSQL of your own: docs/operations.md
`;

/** Looks at what stands behind `npm start --`, before anything is installed. Returns whether only help is asked for. */
export const checkStartParameters = (parameters) => {
  if (parameters.includes("--help") || parameters.includes("-h")) return { help: true };
  const unknown = parameters.find((parameter) => !FLAGS.includes(parameter));
  if (unknown !== undefined) {
    throw new Refusal(
      `npm start knows no "${unknown}": it takes --empty or --sample. npm start -- --help tells more.`,
    );
  }
  if (FLAGS.every((flag) => parameters.includes(flag)))
    throw new Refusal("npm start takes --empty or --sample, not both.");
  return { help: false };
};
