// A libFuzzer target for what clients of the control socket and the history file say. See scripts/fuzz.

import Control

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let line = Array(UnsafeBufferPointer(start: data, count: count))
    do throws(Problem) {
        let request = try Request.parse(line)
        // What was understood means the same when it is said again.
        let again = try Request.parse(Array(encode(request).text.utf8))
        precondition(again == request)
    } catch {
        // The answer to whoever sent it is JSON, whatever it quotes of him.
        let text = encode(error).text
        precondition((try? JSON(parsing: text)) == encode(error), text)
    }
    guard let json = try? JSON(parsing: line) else { return 0 }
    precondition((try? JSON(parsing: json.text)) == json, json.text)
    if let record = try? decode(HistoryRecord.self, from: json) {
        precondition((try? decode(HistoryRecord.self, from: encode(record))) == record)
    }
    return 0
}
