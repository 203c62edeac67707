export { forgetNotices, type NoticeRecord } from "./book.ts";
export { CHANNELS_FILE, readChannels } from "./channels.ts";
export { type Subject, tellsAnybody } from "./notice.ts";
export { type Notifier, noticesOfRun, openNotifier } from "./notifier.ts";
export { openProgressUpdates, type ProgressUpdates, type Update } from "./progress-updates.ts";
export { unheardRules } from "./unheard.ts";
