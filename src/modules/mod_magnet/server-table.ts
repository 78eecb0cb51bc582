import type { LoadedModule } from '../../plugin/loaded-module.js';
import type { RequestState } from '../../plugin/request-state.js';
import type { ServerContext } from '../../plugin/server-context.js';
import { pluginCounters } from '../../plugin/status-figures.js';
import { type Lua, type LuaFunction, type LuaProxy, LuaTable } from './lua.js';
import { requestParts, requestTable } from './request-table.js';

/** `lighty.server`. `startedAt`: seconds since the epoch. */
export function serverTable(server: ServerContext, self: LoadedModule, startedAt: number): LuaTable {
  const fields = {
    irequests: eachRequest(server, self),
    plugin_stats: countersOf(server),
    stats: figuresOf(server, startedAt),
  };
  return new LuaTable(fields, true);
}

/** `lighty.server.plugin_stats` (and `lighty.status`): counters that the statistics page shows. */
export function countersOf(server: ServerContext): LuaProxy {
  const counters = pluginCounters(server);
  return {
    get: (name) => {
      const value = counters.get(name) ?? 0;
      counters.set(name, value);
      return value;
    },
    set: (name, lua) => {
      counters.set(name, lua.checkInteger(3));
    },
    pairs: () => counters,
  };
}

function figuresOf(server: ServerContext, startedAt: number): LuaProxy {
  return {
    get: (name, lua) => {
      if (name === 'uptime') return server.clock.epochSeconds - startedAt;
      if (name === 'version') return server.core.base.serverTag ?? '';
      if (name === 'clients_open') return server.connections.size;
      return lua.fail(`server.stats['${name}'] invalid`);
    },
  };
}

/** The requests that this worker serves. What a script keeps of one shows the next one, once it has gone on. */
function eachRequest(server: ServerContext, self: LoadedModule): LuaFunction {
  return (lua) => {
    const requests = Array.from(server.connections).flatMap((connection) => connection.requests);
    let shown: RequestState = requests[0];
    const parts = requestParts(() => shown, self);
    lua.push((inner: Lua) => {
      const next = requests.shift();
      if (next === undefined) return 0;
      shown = next;
      inner.push(requestTable(parts));
      return 1;
    });
    return 1;
  };
}
