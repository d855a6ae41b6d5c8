// Imported before anything else: it prepares what the rest relies on when it is loaded.
import { config } from 'zod';
import { ensureWithResolvers } from '../src/base/index.ts';

// zod would compile its checks with `new Function`, which the content security policy refuses (and reports).
config({ jitless: true });
ensureWithResolvers();
