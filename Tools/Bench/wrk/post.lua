-- One request again and again: a token, or a question about one.
--   wrk … URL -- AUTHORIZATION BODY

function init(arguments)
    wrk.method = "POST"
    wrk.body = arguments[2]
    wrk.headers["Authorization"] = arguments[1]
    wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
    request_bytes = wrk.format()
end

function request()
    return request_bytes
end
