export type { NoticeRecord } from "./book.ts";
export { CHANNELS_FILE, readChannels } from "./channels.ts";
export { tellsAnybody } from "./notice.ts";
export { type Notifier, noticesOfRun, openNotifier } from "./notifier.ts";
