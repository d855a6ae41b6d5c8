import type { HistoryOptions } from './history.ts';

/** Histories that once failed. They are lived through again by every run of the tests. */
export const KEPT: readonly HistoryOptions[] = [
  // A child of a parked folder could not leave it, and its new place could not be made.
  { seed: 54, steps: 24 },
  { seed: 43, steps: 24 },
  // A commit without an answer was sent again only at the next start.
  { seed: 7, steps: 24 },
  // The issue of an item that was deleted elsewhere stayed for good.
  { seed: 1, steps: 24 },
  // A crash after an item had come back from being parked, before its row said so.
  { seed: 20, steps: 24 },
  // The disk failed in the middle of parking.
  { seed: 1016 },
  // Retry-After of ten minutes: the change feed answered, so everything was tried again at once, for ever.
  { seed: 1064 },
  // An edit of a file in the moment it was placed was taken for what was downloaded.
  { seed: 1359 },
  // Trouble of before a crash, over by the start, stayed in the list.
  { seed: 2542 },
  // A power cut took the memory of a commit, and another device deleted what it had made: its id was sent for ever.
  { seed: 61 },
  { seed: 176 },
  // A folder renamed in case only was listed under both spellings, and what was in it lost its folder.
  { seed: 50024, steps: 100 },
  { seed: 50038, steps: 100 },
  // The folder of a downloaded file could not be synced, the next look wrote it down all the same, and a power cut took it.
  { seed: 50054, steps: 100 },
  // An item that had come back from being parked, into a folder that is not here any more: mending it failed for good.
  { seed: 40051, steps: 120, devices: 3 },
  // What was deleted from a parked folder just before it was parked: its deletion was planned anew for ever.
  { seed: 100034, steps: 200, devices: 3 },
  { seed: 100083, steps: 200, devices: 3 },
  // A commit was answered while the listing of a cloud that had been put back was read: its item stayed, and was nowhere.
  { seed: 110002, steps: 200, devices: 3 },
  // A folder went on under another id while one was made in it: that one was left in a folder that is not there.
  { seed: 107, steps: 100, devices: 3 },
  // A save fell between the look and the move of a replaced file, and the full disk did not let it back out of the trash.
  { seed: 120213, steps: 200, devices: 3 },
  { seed: 120233, steps: 200, devices: 3 },
  // What had come back from being parked just before a power cut got the place of another row.
  { seed: 200023, steps: 200, devices: 3 },
  // Saved under the new name in the middle of a move that then failed: the name was taken back, and the save with it.
  { seed: 60004, steps: 200, devices: 3 },
  // Looked at in the middle of the hints of a move: gone from the one folder, not looked for in the other.
  { seed: 302 },
  // Moved a moment ago, and its folder moved on in the middle of the look: neither here nor there.
  { seed: 381 },
  { seed: 177, steps: 24 },
  // The new place of a folder that moved could not be listed for a moment: it was taken for deleted.
  { seed: 100056, steps: 200, devices: 3 },
  // The clock was set back, and the times of folders told no look what was going on.
  { seed: 100219, steps: 200, devices: 3 },
  // What was parked went on under another id, and its place on the disk did not.
  { seed: 100086, steps: 200, devices: 3 },
  // While it could not be told who is who, something new took the place of what was missed there.
  { seed: 100100, steps: 200, devices: 3 },
  // Set aside by a rule, and taken up again by what was agreed on before the cloud was put back: deleted here.
  { seed: 300024, steps: 200, devices: 3 },
  // A power cut took the memory of a deletion, and of what had been moved elsewhere since it was taken for somebody else's.
  { seed: 300155, steps: 200, devices: 3 },
  // Moved into a folder just before that was put out of sight.
  { seed: 300242, steps: 200, devices: 3 },
  { seed: 314104, steps: 200, devices: 3 },
  // Moved into a folder that may not be listed for a moment: it was taken for deleted.
  { seed: 300493, steps: 200, devices: 3 },
  { seed: 310013, steps: 200, devices: 3 },
  // Moved in the middle of a look, whose end did not heed that the new place had been hinted at.
  { seed: 310144, steps: 200, devices: 3 },
  // Renamed here, and moved into a folder that is not kept here in the cloud: planned anew for ever.
  { seed: 300033, steps: 200, devices: 3 },
  // A download was taken back from its place, since its folder could not be looked at, and with it what was saved there.
  { seed: 310226, steps: 200, devices: 3 },
  // A folder was deleted while a full listing was read, and what had gone from it before stayed known for ever.
  { seed: 311172, steps: 200, devices: 3 },
  // The disk failed for a minute, longer than what moved into a folder that could not be listed was missed.
  { seed: 311180, steps: 200, devices: 3 },
  // Moved out of a folder that is not kept here: what of it was in the cloud only was never planned again.
  { seed: 311408, steps: 200, devices: 3 },
  // The first look failed at the synced folder itself, and what is in it was never looked into.
  { seed: 311392, steps: 200, devices: 3 },
  // An answer put the cursor back while a page of behind that stretch was on its way: a deletion was never read.
  { seed: 313155, steps: 200, devices: 3 },
  // A file took the name of a folder that a rule leaves out: two items at one place.
  { seed: 314151, steps: 200, devices: 3 },
  // Saved in the moment it was put into the trash, just before a power cut: nobody looked at it again.
  { seed: 314292, steps: 200, devices: 3 },
  // A power cut took the rows of what had been moved into a folder out of sight, and its way back led by just those items.
  { seed: 320269, steps: 200, devices: 3 },
  // Saved in the moment it went to the trash and put back, and a power cut took only the second of the two moves.
  { seed: 330024, steps: 200, devices: 3 },
  // A folder in a parked one was deleted just before, and a file saved: what was to go into it was planned anew for ever.
  { seed: 320244, steps: 200, devices: 3 },
  // Stepping aside for an item that goes back to its place, since it would end below itself: planned for ever.
  { seed: 400445, steps: 200, devices: 3 },
  // A save by a new file in the place of the old one, and a power cut that gave the name back to that one.
  // And a move that was told of while the folder above it could not be looked at: a deletion.
  { seed: 500297, steps: 60, devices: 3 },
  // A folder was moved out of one that another device deletes: with that one, what is in it was forgotten, and never told of again.
  { seed: 600098, steps: 200, devices: 3 },
  // Two items changed places in the moment when one was to step aside: the other one was renamed, and took its identity.
  { seed: 601417, steps: 200, devices: 3 },
  // The disk failed for minutes, also on the way to a folder of which something was told: that was never looked at.
  { seed: 602000, steps: 200, devices: 3 },
  // The watch failed just after a move, of which only the old place had been told.
  { seed: 603520, steps: 200, devices: 3 },
  // Killed while a version stepped aside, and a folder got that name: no look came to its end any more.
  { seed: 605849, steps: 200, devices: 3 },
  // Nothing was watched, and one folder was looked at, out of which something had moved.
  { seed: 605881, steps: 200, devices: 3 },
  // A look found a new folder at the place of a planned one, and the person moved it away again: two rows of one place.
  { seed: 606523, steps: 200, devices: 3 },
  // A folder came out from under a rule by changing places, and what was only here of it was not judged by its new place.
  { seed: 620589, steps: 200, devices: 3 },
  // An item was moved over a file in the moment that sync had placed it, and taken for an edit of that one.
  { seed: 621187, steps: 200, devices: 3 },
  // A folder was renamed and could not be looked at under its new name: after five seconds it was deleted.
  { seed: 630148, steps: 200, devices: 3 },
  // A backup was put back while a device was away for longer than deletions are told: what the backup lacked was deleted there.
  { seed: 640858, steps: 200, devices: 3 },
  // A folder was named as a lock file, and a lock file was left by a power cut: the document beside it was never sent.
  { seed: 641704, steps: 200, devices: 3 },
  { seed: 642832, steps: 200, devices: 3 },
  // A file was moved over another, and what has that name now could not be looked at: after five seconds it was deleted.
  { seed: 642352, steps: 200, devices: 3 },
  // A file had been seen when a rule left it out, and sync moved its folder away from that rule: it was not planned again.
  { seed: 642501, steps: 200, devices: 3 },
  // A power cut took the moves of three that changed places, and the folder among them, with all that was agreed on in it, was
  // forgotten: an older version in it was kept as a conflict.
  { seed: 642685, steps: 200, devices: 3 },
  // The volume was away for a moment in the middle of a look: what had been told of below the folders that were gone then was
  // never looked into.
  { seed: 645571, steps: 200, devices: 3 },
  // A file was moved over another while their folder could not be looked at by its name: what was seen in it was dropped.
  { seed: 644452, steps: 200, devices: 3 },
  // Put out of sight, then the disk failed, also at the move back: it was where no row said it was.
  { seed: 78, steps: 60 },
  // A backup was put back, and another device had made just that item anew by which a lost request would have been noticed.
  { seed: 642392, steps: 200, devices: 3 },
  // That a backup had been put back was found out, and forgotten in a power cut before all was listed.
  { seed: 644316, steps: 200, devices: 3 },
  // A newer version had gone out of sight when a power cut took the memory of both: the older one came back in its place.
  { seed: 644689, steps: 200, devices: 3 },
  // Faults of the simulation itself: a move into what rules leave out; a power cut that took what a checkpoint needs; nobody told of a move's new place; an empty file was taken for lost; a trash that had its time, and what was only in a
  // broken-off download, for promised; a cloud put back to a backup still answered by keys of later; a device that the cloud
  // had asked to stay away was at rest, since a conflict came first in what it said; two things were renamed to one name.
  { seed: 100179, steps: 200, devices: 3 },
  { seed: 100186, steps: 200, devices: 3 },
  { seed: 1042, steps: 64 },
  { seed: 100085, steps: 200, devices: 3 },
  { seed: 100100, steps: 200, devices: 3 },
  { seed: 644657, steps: 200, devices: 3 },
  { seed: 660127, steps: 200, devices: 3 },
];
