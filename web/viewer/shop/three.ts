// The element that shows a model, told where its decoders are: beside this very file, and nowhere else. Knows no page.
import { ModelViewerElement } from '@google/model-viewer';

const beside = (path: string) => new URL(path, import.meta.url).href;

ModelViewerElement.dracoDecoderLocation = beside('draco/');
ModelViewerElement.ktx2TranscoderLocation = beside('ktx2/');
ModelViewerElement.meshoptDecoderLocation = beside('meshopt_decoder.js');
