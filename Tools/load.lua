-- What wrk sends, and how it counts what comes back: for Tools/load and for the load rows of Tools/faults.
--
-- LOAD_KIND is token, patch, read, health or mixed (three tokens to one change). Secrets come by the environment, since
-- arguments are seen by every user of the machine. With LOAD_COUNT each status is counted, and whether an answer that
-- turns a client away says when to come again; that costs wrk some speed.
local kind, tenant = os.getenv("LOAD_KIND"), os.getenv("LOAD_TENANT")
local threads, turn = {}, 0
statuses, hints = {}, 0

-- Each thread writes names of its own, so that every PATCH is a change.
function setup(thread)
  table.insert(threads, thread)
  thread:set("number", #threads)
end

function init()
  local bearer = {["Authorization"] = "Bearer " .. os.getenv("MUNIMENT_BEARER"), ["Content-Type"] = "application/json"}
  local basic = {["Authorization"] = "Basic " .. os.getenv("MUNIMENT_BASIC"),
                 ["Content-Type"] = "application/x-www-form-urlencoded"}
  local path = "/api/v1/admin/tenants/" .. tenant
  token = wrk.format("POST", "/oauth/token", basic, "grant_type=client_credentials")
  if kind == "token" then
    fixed = token
  elseif kind == "read" then
    fixed = wrk.format("GET", path, bearer)
  elseif kind == "health" then
    fixed = wrk.format("GET", "/health")
  end
  headers, target = bearer, path
end

function request()
  if fixed then return fixed end
  turn = turn + 1
  if kind == "mixed" and turn % 4 ~= 0 then return token end
  return wrk.format("PATCH", target, headers, string.format('{"name":"Load %d-%d"}', number, turn))
end

if os.getenv("LOAD_COUNT") then
  function response(status, headers)
    statuses[status] = (statuses[status] or 0) + 1
    if headers["retry-after"] or headers["Retry-After"] then hints = hints + 1 end
  end

  function done()
    local all, hinted = {}, 0
    for _, thread in ipairs(threads) do
      for status, count in pairs(thread:get("statuses")) do all[status] = (all[status] or 0) + count end
      hinted = hinted + thread:get("hints")
    end
    for status, count in pairs(all) do print("status", status, count) end
    print("hinted", hinted)
  end
end
