import { shareInstance, startTestInstance } from "./instance.ts";
import { startClouds } from "./support/clouds.ts";
import { startCommandLine } from "./support/start-command-line.ts";

/** One real Keyfold for the whole run, started as `npm start` starts it, and the clouds that its connections lead to. */
const setup = async (): Promise<() => Promise<void>> => {
  const clouds = await startClouds();
  const instance = await startTestInstance({ KEYFOLD_BACKUP_RETENTION: "0d", ...clouds.env }).catch(
    async (error: unknown) => {
      await clouds.close();
      throw error;
    },
  );
  shareInstance(instance);
  const stopCommandLine = await startCommandLine(instance.dataDir);
  return async () => {
    await stopCommandLine();
    await instance.stop();
    await clouds.close();
  };
};

export default setup;
