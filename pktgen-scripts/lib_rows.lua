-- SPDX-License-Identifier: BSD-3-Clause
-- Parameters from the environment, figures as CSV rows, and the verdict that each scenario ends with.
-- The columns are those of app/culvert-bench/bench_columns.def; tests/pktgen/run.sh compares the two.
local rows = {}

rows.version = 1
rows.columns = {"columns_version", "run", "tool", "scenario", "way", "cipher", "size_bytes", "sas", "workers", "metric", "unit",
                "min", "median", "max", "rounds", "starred", "reason"}

-- A parameter as text; nil or `otherwise` when it is not set.
function rows.text(name, otherwise)
    local v = os.getenv(name)
    if v == nil or v == "" then return otherwise end
    return v
end

-- Ends the scenario: what is wrong, and what to do about it.
function rows.fail(sentence, ...)
    error({verdict = select("#", ...) > 0 and string.format(sentence, ...) or sentence}, 0)
end

-- A number from least to most.
function rows.number(name, otherwise, least, most)
    local text = rows.text(name)
    local v = text == nil and otherwise or tonumber(text)
    if v == nil then rows.fail("%s is \"%s\", which is no number", name, text) end
    if v < (least or 0) or v > (most or math.huge) then
        rows.fail("%s is %s; it goes from %s to %s", name, text or v, least or 0, most or "any number")
    end
    return v
end

-- A whole number.
function rows.integer(name, otherwise, least, most)
    local v = rows.number(name, otherwise, least, most)
    return math.tointeger(v) or rows.fail("%s is %s, which is no whole number", name, v)
end

-- A list of numbers: "64,512,1420".
function rows.numbers(name, otherwise, least, most)
    local list = {}
    local text = rows.text(name, otherwise)
    for word in (text .. ","):gmatch("([^,]*),") do
        local v = tonumber(word)
        if v == nil or v < least or v > most then
            rows.fail("%s is \"%s\"; it is a list of numbers from %s to %s, like %s", name, text, least, most, otherwise)
        end
        list[#list + 1] = v
    end
    return list
end

function rows.integers(name, otherwise, least, most)
    local list = rows.numbers(name, otherwise, least, most)
    for i, v in ipairs(list) do list[i] = math.tointeger(v) or rows.fail("%s has %s, which is no whole number", name, v) end
    return list
end

-- A parameter without which the scenario would prove nothing; `what` says what it is for.
function rows.required(name, what)
    return rows.text(name) or rows.fail("%s is not set: %s", name, what)
end

-- What is the same in all rows of a run. Scenarios set name and way.
rows.run = rows.text("RUN") or os.date("!%Y-%m-%dT%H:%M:%SZ")
rows.scenario = rows.text("SCENARIO", "unnamed"):match("([^/]*)$"):gsub("%.lua$", "")
rows.way = rows.text("WAY", "both")
rows.verdict = nil

local function cell(v)
    if v == nil then return "" end
    if type(v) == "boolean" then return v and "1" or "0" end
    if type(v) == "number" then return v == math.floor(v) and string.format("%d", v) or string.format("%.7g", v) end
    v = tostring(v):gsub("[\r\n]+", " ")
    if v:find('[",]') then v = '"' .. v:gsub('"', '""') .. '"' end
    return v
end

local function line_of(values)
    local out = {}
    for i, name in ipairs(rows.columns) do out[i] = cell(values[name]) end
    return table.concat(out, ",") .. "\n"
end

-- Opens the result file, which is made with its header or has the same one already.
local function result_open()
    local path = rows.text("RESULT", "result.csv")
    local header = table.concat(rows.columns, ",")
    local old = io.open(path, "r")
    local first = old and old:read("l")
    if old then old:close() end
    if first and first ~= header then
        error(path .. " has other columns than version " .. rows.version .. " of them: name another file by RESULT")
    end
    local file = assert(io.open(path, "a"))
    if not first then file:write(header, "\n") end
    return file
end

local known = {}
for _, name in ipairs(rows.columns) do known[name] = true end

-- Appends one figure. `values` has columns by name; those of the whole run are added.
function rows.write(values)
    for name in pairs(values) do
        if not known[name] then error("there is no column \"" .. tostring(name) .. "\"") end
    end
    local all = {columns_version = rows.version, run = rows.run, tool = "pktgen", scenario = rows.scenario, way = rows.way,
                 cipher = rows.text("CIPHER"), workers = rows.text("WORKERS"), starred = false}
    for name, v in pairs(values) do all[name] = v end
    local file = result_open()
    file:write(line_of(all))
    file:close()
end

-- Least, middle and greatest of a list of numbers.
function rows.summary(list)
    local sorted = {table.unpack(list)}
    table.sort(sorted)
    return {min = sorted[1], median = sorted[math.floor((#sorted + 1) / 2)], max = sorted[#sorted], rounds = #sorted}
end

-- One figure from the values of its rounds. `reason`: why it is starred, or nil.
function rows.figure(metric, unit, list, more, reason)
    local values = rows.summary(list)
    values.metric, values.unit, values.starred, values.reason = metric, unit, reason ~= nil, reason
    for name, v in pairs(more or {}) do values[name] = v end
    rows.write(values)
end

-- The verdict; the first one that is given stands.
function rows.judge(is_good, reason)
    if rows.verdict ~= nil then return end
    rows.verdict = is_good
    rows.write({metric = "verdict", unit = "bool", min = is_good, median = is_good, max = is_good, rounds = 1, reason = reason})
end

function rows.pass(sentence, ...)
    rows.judge(true, string.format(sentence, ...))
end

return rows
