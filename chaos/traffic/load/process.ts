// The generator's own process; `load.ts` starts it.
import { serve } from "../side-process";
import type { LoadConfig } from "./config";
import { Generator, type Progress } from "./generator";

serve<LoadConfig, Progress>(async (config, tell) => {
  const generator = new Generator(config);
  const timer = setInterval(() => tell(generator.progress()), 100);
  return {
    progress: () => generator.progress(),
    stop: () => {
      clearInterval(timer);
      return generator.stop();
    },
  };
});
