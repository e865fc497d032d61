import { shareInstance, startTestInstance } from "./instance.ts";

/** One real Keyfold for the whole run, started as `npm start` starts it. */
const setup = async (): Promise<() => Promise<void>> => {
  const instance = await startTestInstance({ KEYFOLD_BACKUP_RETENTION: "0d" });
  shareInstance(instance);
  return instance.stop;
};

export default setup;
