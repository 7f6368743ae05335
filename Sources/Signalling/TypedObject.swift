/// A message before its type is looked at: an object with a `type`, and an `id` where one can be read.
struct TypedObject {
    var type: String
    var id: UInt64?
    var fields: JSONObject

    init(parsing text: [UInt8], sizeLimit: Int) throws(MessageError) {
        guard case .object(let fields)? = try? JSONScreen.read(text, sizeLimit: sizeLimit) else {
            throw .badMessage(id: nil)
        }
        id = fields["id"].flatMap { try? UInt64(json: $0) }
        guard case .string(let type)? = fields["type"] else { throw .badMessage(id: id) }
        self.type = type
        self.fields = fields
    }
}
