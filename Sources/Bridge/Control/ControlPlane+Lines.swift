/// The watch over lines, as the server sees it.
extension ControlPlane {
    /// Two series for each point that is there, for `/metrics`.
    package var lineSeries: [LineSeries] { lines.series }

    /// Switches the measuring of lines on or off, here and in the media loops.
    package func setTelemetry(_ isOn: Bool) {
        lines.isOn = isOn
        for loop in 0..<loopCount { commands.append((loop, .telemetry(isOn))) }
    }
}
