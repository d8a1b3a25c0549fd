"""Steps that follow from tolerances: method, controller, events, loop, recorder."""
