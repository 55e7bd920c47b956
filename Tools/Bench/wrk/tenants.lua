-- Admin requests about tenants, each about another one than the last.
--   wrk … URL -- patch|read|anew|list AUTHORIZATION FILE FIRST [FROM TO]
-- FILE has an identifier a line: of tenants, or for lists of partners. FIRST is where the count begins, so that a later
-- run asks what no earlier one did. FROM and TO are indexes: what is asked anew, and each list, is as of one between them.

local kind, authorization, ids, count, host, from, to

function init(arguments)
    kind, authorization, count = arguments[1], arguments[2], tonumber(arguments[4])
    from, to = tonumber(arguments[5]), tonumber(arguments[6])
    ids = {}
    for line in io.lines(arguments[3]) do ids[#ids + 1] = line end
    host = wrk.headers["Host"] or (wrk.host .. ":" .. wrk.port)
    math.randomseed(count)
end

local function bytes(method, path, body)
    local head = method .. " /api/v1/admin/tenants" .. path .. " HTTP/1.1\r\nHost: " .. host ..
        "\r\nAuthorization: " .. authorization .. "\r\n"
    if not body then return head .. "\r\n" end
    return head .. "Content-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

local function moment()
    return from and "&as_of=" .. math.random(from, to) or ""
end

function request()
    count = count + 1
    local id = ids[count % #ids + 1]
    if kind == "patch" then return bytes("PATCH", "/" .. id, '{"name":"Tenant at request ' .. count .. '"}') end
    if kind == "read" then return bytes("GET", "/" .. id) end
    -- An index that is there already makes the query another one, and not another question: each list is an entry, so
    -- there are always more entries than lists that were asked for. A read by id is one too where it is asked anew.
    if kind == "anew" then return bytes("GET", "/" .. id .. "?min_index=" .. count .. moment()) end
    return bytes("GET", "?partner_id=" .. id .. "&per_page=20&min_index=" .. count .. moment())
end
