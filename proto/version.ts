/** Version of the wire: raised whenever a message changes meaning. Two ends with different versions refuse each other. */
export const WIRE_VERSION = 4;
