import Forwarding
import Testing
