import { t as run } from "./audit.js";
// src/index.ts
await run();
export {};
