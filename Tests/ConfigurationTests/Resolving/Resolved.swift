import Configuration

/// Parses and resolves one text as `/etc/t.conf`.
///
/// Diagnostics of the parser come first.
func resolved(_ text: String) -> (model: Model, diagnostics: [Diagnostic]) {
    let file = parsed(text)
    let (model, diagnostics) = resolve(file.statements, file: "/etc/t.conf")
    return (model, file.diagnostics + diagnostics)
}

/// A sound instance with `lines` from line 5 on, before the addresses.
func instance(
    _ lines: String..., priority: Int = 100, addresses: [String] = ["192.168.10.100/24"], prelude: String = ""
) -> String {
    """
    \(prelude)vrrp_instance VI_1 {
        interface eth0
        virtual_router_id 51
        priority \(priority)
    \(lines.joined(separator: "\n"))
        virtual_ipaddress {
    \(addresses.joined(separator: "\n"))
        }
    }

    """
}

/// Warnings and errors; notes do not count as complaints.
func complaints(_ text: String) -> [Diagnostic] { resolved(text).diagnostics.filter { $0.severity > .note } }

extension Diagnostic {
    /// `severity code@line`.
    var brief: String { "\(severity.rawValue) \(code)@\(location.line)" }
}
