-- SPDX-License-Identifier: BSD-3-Clause
-- What Pktgen runs, for every scenario: it runs the file that SCENARIO names, writes a verdict whatever happens, and quits.
-- Pktgen itself would stay at its prompt after an error, and end with status 0 after anything; run.sh reads the verdict.
local rows = require "lib_rows"

local function said(problem)
    if type(problem) == "table" and problem.verdict then return problem.verdict end
    return "the script itself is broken: " .. tostring(problem)
end

local scenario, problem = loadfile(os.getenv("SCENARIO") or "")
local ok = scenario ~= nil
if ok then ok, problem = xpcall(scenario, function(e) return e end) end
if ok and rows.verdict == nil then ok, problem = false, "the scenario ended without a verdict" end
if not ok then
    pcall(pktgen.stop, "all")
    local written, refused = pcall(rows.judge, false, said(problem))
    -- On Pktgen's own screen, which run.sh shows when there is no verdict.
    if not written then print(tostring(refused)) end
end
pktgen.quit()
