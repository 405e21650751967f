import Console
import Testing

@Suite struct `A layout` {
    private func text(width: Int?, _ body: (inout Layout) -> Void) -> String {
        var layout = Layout(width: width)
        body(&layout)
        return layout.text(.none)
    }

    @Test func `puts columns under one another`() {
        let rows: [[StyledText]] = [["a", "bb", "c"], ["aaaa", "b", "a long last cell"], ["", "", "c"]]
        #expect(
            text(width: nil) { $0.add(rows: rows) } == """
                a     bb  c
                aaaa  b   a long last cell
                          c

                """)
    }

    @Test func `breaks long lines between words and keeps them in their column`() {
        let words = StyledText("a sentence that is too long for so narrow a window as this one here is")
        #expect(
            text(width: 40) { $0.add(label: "next", labelWidth: 6, [words, "short"]) } == """
                  next  a sentence that is too long for
                        so narrow a window as this one
                        here is
                        short

                """)
        #expect(text(width: nil) { $0.add(words) } == words.plain + "\n")
    }

    @Test func `does not break a word, however long`() {
        let word = String(repeating: "x", count: 60)
        #expect(text(width: 40) { $0.add("before \(word) after") } == "before\n\(word)\nafter\n")
    }

    @Test func `treats a window of a few columns as one of forty`() {
        #expect(text(width: 1) { $0.add("these words are still on one line") }.split(separator: "\n").count == 1)
    }

    @Test func `colours only where it is told to, and breaks lines at the same place`() {
        var layout = Layout(width: 40)
        layout.add(StyledText("good ", .good) + "and a good many other words " + StyledText("that are bad", .bad))
        #expect(
            layout.text(.colours)
                == "\u{1B}[32mgood \u{1B}[0mand a good many other words \u{1B}[1;31mthat\u{1B}[0m\n"
                + "\u{1B}[1;31mare bad\u{1B}[0m\n")
        #expect(layout.text(.none) == "good and a good many other words that\nare bad\n")
    }

    @Test(arguments: ["a\u{1B}[2Jb", "a\nb", "a\u{9B}b", "a\u{202E}b", "a\u{7F}b", "a\u{2028}b"])
    func `lets nothing through that would move a cursor`(text: String) {
        let shown = StyledText(text).plain
        #expect(shown.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        #expect(shown.hasPrefix("a\u{FFFD}") && shown.hasSuffix("b"))
    }
}

@Suite struct `A screen` {
    private let terminal = Terminal(isInteractive: true, columns: 80, rows: 5, palette: .none)

    @Test func `is cleared once and then written over`() {
        var screen = Screen()
        #expect(screen.show(["a"], on: terminal) == "\u{1B}[2J\u{1B}[Ha\u{1B}[K\n\u{1B}[J")
        #expect(screen.show(["b"], on: terminal) == "\u{1B}[Hb\u{1B}[K\n\u{1B}[J")
    }

    @Test func `says what did not fit`() {
        var screen = Screen()
        let shown = screen.show((1...9).map { StyledText("line \($0)") }, on: terminal)
        let lines = shown.split(separator: "\n").map(String.init)
        #expect(lines.count == 5 && lines[2].contains("line 3"))
        #expect(lines[3].contains("... 6 more lines"))
        #expect(!screen.show(["a", "b", "c", "d"], on: terminal).contains("more"))
    }

    @Test func `goes on below where nobody looks`() {
        var screen = Screen()
        #expect(screen.show(["a"], on: .none) == "a\n")
        #expect(screen.show(["b"], on: .none) == "\nb\n")
    }
}
