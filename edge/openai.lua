-- What OpenAI's clients send and expect that a protobuf cannot say. Audio bodies are never touched.
--   Request:  {"voice": {"id": "x"}} becomes {"voice": "x"}, so that the proto keeps a plain string.
--   Response: google.rpc.Status as JSON becomes {"error": {"message", "type", "param", "code"}}.
-- Strings are cut out and put back as they were written, escapes and all: nothing is decoded or encoded.

local find, gsub, match, sub = string.find, string.gsub, string.match, string.sub

-- The index of the quote that ends the JSON string beginning at `from`, or nil.
local function string_end(text, from)
  local at = find(text, '["\\]', from + 1)
  while at and sub(text, at, at) == "\\" do
    at = find(text, '["\\]', at + 2)
  end
  return at
end

-- The index of the last character of the JSON value that begins at `from`, or nil. Brackets are counted, not
-- matched: whoever parses the text in the end refuses the rest.
local function value_end(text, from)
  local first = sub(text, from, from)
  if first == '"' then return string_end(text, from) end
  if first ~= "{" and first ~= "[" then
    local _, last = find(text, "^[%w.+-]+", from)
    return last
  end
  local depth, at = 0, from
  while at do
    local mark = sub(text, at, at)
    if mark == '"' then
      at = string_end(text, at)
      if not at then return nil end
    elseif mark == "{" or mark == "[" then
      depth = depth + 1
    else
      depth = depth - 1
      if depth == 0 then return at end
    end
    at = find(text, '["{}%[%]]', at + 1)
  end
end

local function skip_space(text, from) return find(text, "[^ \t\r\n]", from) or #text + 1 end

-- A key may be written with escapes: "\u0076oice".
local function plain(key)
  return (gsub(key, "\\u00(%x%x)", function(code) return string.char(tonumber(code, 16)) end))
end

-- Calls visit(key, first, last) for each member of the JSON object that begins at `from`, or with key nil for
-- each element of the array; first and last bound the value. Stops at whatever is not strict JSON.
local function each(text, from, visit)
  local is_object = sub(text, from, from) == "{"
  local at = skip_space(text, from + 1)
  while true do
    local key
    if is_object then
      local last = sub(text, at, at) == '"' and string_end(text, at)
      if not last then return end
      key = plain(sub(text, at + 1, last - 1))
      at = skip_space(text, last + 1)
      if sub(text, at, at) ~= ":" then return end
      at = skip_space(text, at + 1)
    end
    local last = value_end(text, at)
    if not last then return end
    visit(key, at, last)
    at = skip_space(text, last + 1)
    if sub(text, at, at) ~= "," then return end
    at = skip_space(text, at + 1)
  end
end

-- The members of an object, as key → the JSON text of the value. Of equal keys the last one wins.
local function members(text)
  local found = {}
  if text and sub(text, 1, 1) == "{" then
    each(text, 1, function(key, first, last) found[key] = sub(text, first, last) end)
  end
  return found
end

local function is_string(value) return value ~= nil and sub(value, 1, 1) == '"' end

-- `body` with every object that is the voice of the request replaced by its id; nil if there is none.
local function with_plain_voice(body)
  local start = skip_space(body, 1)
  if sub(body, start, start) ~= "{" then return nil end
  local pieces, kept = {}, 1
  each(body, start, function(key, first, last)
    if key ~= "voice" or sub(body, first, first) ~= "{" then return end
    local id = members(sub(body, first, last)).id
    if not is_string(id) then return end
    pieces[#pieces + 1] = sub(body, kept, first - 1) .. id
    kept = last + 1
  end)
  if kept == 1 then return nil end
  return table.concat(pieces) .. sub(body, kept)
end

local ERROR_INFO = '"type.googleapis.com/google.rpc.ErrorInfo"'

local function error_object(message, kind, param, code)
  return '{"error":{"message":' .. message .. ',"type":' .. kind .. ',"param":' .. param .. ',"code":' .. code .. "}}"
end

-- OpenAI's error for google.rpc.Status in JSON, and the gRPC status of it.
local function error_of_status(http_status, status)
  local info = {}
  if status.details and sub(status.details, 1, 1) == "[" then
    each(status.details, 1, function(_, first, last)
      local detail = members(sub(status.details, first, last))
      if detail["@type"] == ERROR_INFO then info = detail end
    end)
  end
  local kind = '"invalid_request_error"'
  if http_status == "429" then kind = '"requests"' elseif http_status >= "500" then kind = '"server_error"' end
  local message = status.message
  if message == nil or message == '""' then message = '"The request failed."' end
  local param = members(info.metadata).param or "null"
  return error_object(message, kind, param, info.reason or "null"), status.code
end

-- What the transcoder finds wrong with a request has its shape from local_reply_config, but says only in the
-- message which field it is. OpenAI's error with the field as its param; nil where none is named.
local function error_of_field(given)
  local message, field = given.message, match(given.message, '^"([%w_]+)[^ ]*: invalid value ')
  if not field then
    field = match(message, '^": invalid value Starting an object on a scalar field for type ([%w_]+)"')
    if not field then return nil end
    message = '"' .. field .. ': may not be an object"'
  end
  return error_object(message, given.type, '"' .. field .. '"', '"invalid_value"')
end

local NO_AUDIO = error_object('"The service sent no audio."', '"server_error"', "null", '"internal_error"')

function envoy_on_request(request)
  local headers = request:headers()
  if headers:get(":method") ~= "POST" then return end
  if find(headers:get("content-type") or "", "application/grpc", 1, true) == 1 then return end
  local body = request:body()
  if body == nil then return end
  local changed = with_plain_voice(body:getBytes(0, body:length()))
  if changed then body:setBytes(changed) end
end

function envoy_on_response(response)
  if response:headers():get("content-type") ~= "application/json" then return end
  local body = response:body(true)
  local headers = response:headers() -- those from before body() are dead: it yields
  local http_status = headers:get(":status")
  headers:remove("grpc-message")
  if http_status < "400" then
    if body and body:length() > 0 then return end
    headers:replace(":status", "500")
    if body then body:setBytes(NO_AUDIO) end -- where only trailers follow the headers, it cannot be had
    return
  end
  local found = members(body:getBytes(0, body:length()))
  if found.error then
    local shaped = error_of_field(members(found.error))
    if shaped then body:setBytes(shaped) end
    return
  end
  local shaped, grpc_status = error_of_status(http_status, found)
  body:setBytes(shaped)
  if grpc_status then headers:replace("grpc-status", grpc_status) end -- for the access log
end
